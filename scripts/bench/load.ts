import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const HEAD_END = '\r\n\r\n';

/**
 * Sends each body once, over several connections with one request at a time each, and waits for every answer. It uses plain sockets,
 * because a slow client would change the result.
 *
 * @returns seconds from the first request to the last answer
 * @throws Error when any answer is not 200
 */
export async function sendAll(url: string, bodies: readonly string[], connections: number): Promise<number> {
  const { host, hostname, port } = new URL(url);
  const requests = bodies.map((body) => requestOf(host, body));
  const sockets = await Promise.all(Array.from({ length: connections }, () => open(hostname, Number(port))));
  let next = 0;
  const startedMs = performance.now();
  await Promise.all(
    sockets.map(async (socket) => {
      for (let i = next++; i < requests.length; i = next++) await exchange(socket, requests[i] as Buffer);
    }),
  );
  const seconds = (performance.now() - startedMs) / 1000;
  for (const socket of sockets) socket.destroy();
  return seconds;
}

async function open(host: string, port: number): Promise<Socket> {
  const socket = connect({ host, port, noDelay: true });
  await once(socket, 'connect');
  return socket;
}

function requestOf(host: string, body: string): Buffer {
  const head = [
    'POST /v1/ingest HTTP/1.1',
    `Host: ${host}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  return Buffer.from(`${head.join('\r\n')}${HEAD_END}${body}`);
}

function exchange(socket: Socket, request: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const settle = (error?: Error): void => {
      socket.off('data', onData).off('close', onClose);
      if (error === undefined) resolve();
      else reject(error);
    };
    const onClose = (): void => settle(new Error('the service closed the connection'));
    const onData = (chunk: Buffer): void => {
      answer += chunk.toString('latin1');
      if (!isWhole(answer)) return;
      settle(answer.startsWith('HTTP/1.1 200') ? undefined : new Error(`the service answered ${answer.slice(0, 500)}`));
    };
    socket.on('data', onData).on('close', onClose);
    socket.write(request);
  });
}

function isWhole(answer: string): boolean {
  const head = answer.indexOf(HEAD_END);
  if (head < 0) return false;
  const length = Number(/\r\ncontent-length: (\d+)/i.exec(answer)?.[1]);
  return answer.length >= head + HEAD_END.length + length;
}
