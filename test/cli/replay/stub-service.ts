import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

interface StubRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface StubAnswer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface StubService {
  readonly url: string;
  /** The batches it was sent, in order. */
  readonly batches: StubRequest[];
  /** Every event it accepted. */
  readonly events: () => Record<string, unknown>[];
  close(): Promise<void>;
}

/** A service that accepts everything, once for each key, unless `answer` says otherwise. */
export async function startStubService(
  answer: (events: readonly Record<string, unknown>[], call: number) => StubAnswer | 'hang up' | undefined = () =>
    undefined,
): Promise<StubService> {
  const batches: StubRequest[] = [];
  const stored = new Map<string, Record<string, unknown>[]>();
  let calls = 0;
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      const send = ({ status, body: json, headers }: StubAnswer) => {
        response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(json ?? {}));
      };
      if (request.url !== '/v1/ingest') return send({ status: 200 });
      batches.push({ path: request.url, headers: request.headers, body });
      const events = body.split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
      const special = answer(events, ++calls);
      if (special === 'hang up') return void request.socket.destroy();
      if (special !== undefined) return send(special);
      const key = String(request.headers['idempotency-key']);
      const isReplay = stored.has(key);
      if (!isReplay) stored.set(key, events);
      const headers: Record<string, string> = isReplay ? { 'idempotent-replayed': 'true' } : {};
      send({ status: 200, headers, body: { accepted: events.length, rejected: 0, duplicates: 0, errors: [] } });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    batches,
    events: () => [...stored.values()].flat(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
