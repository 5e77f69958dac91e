import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Answer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
  /** The connection breaks instead. */
  readonly breaks?: true;
}

export interface TestUpstream {
  readonly url: string;
  readonly asked: { readonly url: URL; readonly key: string | undefined }[];
}

/** An upstream on this machine that answers one request after the other; the last answer stays. */
export async function openUpstream(...answers: readonly (Answer | ((url: string) => Answer))[]): Promise<TestUpstream> {
  const asked: TestUpstream['asked'] = [];
  const server = createServer((request, response) => {
    asked.push({ url: new URL(request.url ?? '', 'http://upstream'), key: request.headers.authorization });
    const planned = answers[Math.min(asked.length, answers.length) - 1] ?? {};
    const answer = typeof planned === 'function' ? planned(originOf(request)) : planned;
    if (answer.breaks) return void request.socket.destroy();
    response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers });
    response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? { data: [] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close().closeAllConnections());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

function originOf(request: IncomingMessage): string {
  return `http://${request.headers.host}`;
}
