import { type Agent, request } from 'node:http';
import { connect } from 'node:net';
import type { Rng } from '../../src/core/stats/rng.ts';
import type { Answer } from './document.ts';
import type { FuzzRequest } from './requests.ts';
import { pick, whole } from './values.ts';

/** Nothing here is slow: what has no answer by then hangs. */
const ANSWER_TIMEOUT_MS = 30_000;

/** Sends a request; once more where a kept connection was just closed by the other side. */
export async function send(url: string, fuzz: FuzzRequest, agent: Agent): Promise<Answer> {
  try {
    return await sendOnce(url, fuzz, agent);
  } catch (error) {
    if ((error as { wasReused?: boolean }).wasReused !== true) throw error;
    return sendOnce(url, fuzz, agent);
  }
}

function sendOnce(url: string, { method, target, headers, body }: FuzzRequest, agent: Agent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const timeout = setTimeout(() => outgoing.destroy(new Error('no answer in 30 s')), ANSWER_TIMEOUT_MS);
    const fail = (error: NodeJS.ErrnoException): void => {
      clearTimeout(timeout);
      const wasReset = error.code === 'ECONNRESET' || error.code === 'EPIPE';
      reject(Object.assign(error, { wasReused: outgoing.reusedSocket && wasReset }));
    };
    const { hostname, port } = new URL(url);
    // Node says the length of a body only where the method usually has one.
    const sized = body === undefined ? headers : { ...headers, 'content-length': String(body.length) };
    const outgoing = request({ hostname, port, path: target, method, headers: sized, agent }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', fail);
      incoming.on('end', () => {
        clearTimeout(timeout);
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(chunks) });
      });
    });
    outgoing.on('error', fail);
    outgoing.end(body);
  });
}

const HEADS = [
  'GET / HTTP/1.1\r\nhost: x\r\n\r\n',
  'GET /v1/streams HTTP/1.1\r\n\r\n',
  'POST /v1/ingest HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\n[',
  'POST /v1/ingest HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
  'POST /v1/ingest HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
  'GET http://[ HTTP/1.1\r\nhost: x\r\n\r\n',
  'GET /%ff%00 HTTP/1.1\r\nhost: x\r\n\r\nGET /livez HTTP/1.1\r\nhost: x\r\n\r\n',
  `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nhost: x\r\n\r\n`,
  `GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`,
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  '\x16\x03\x01\x02\x00\x01\x00',
];

/** Bytes that are hardly HTTP. */
export function brokenBytes(rng: Rng): Buffer {
  const head = Buffer.from(pick(rng, HEADS), 'latin1');
  const at = whole(rng, 0, head.length);
  return Buffer.concat([head.subarray(0, at), Buffer.from([whole(rng, 0, 255)]), head.subarray(at + whole(rng, 0, 2))]);
}

/** Sends bytes, ends its half, and returns the statuses that came before the connection ended. */
export function sendBytes(url: string, bytes: Buffer): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname, () => socket.end(bytes));
    socket.setTimeout(ANSWER_TIMEOUT_MS, () => socket.destroy(new Error('no end of the connection in 30 s')));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ECONNRESET' ? undefined : reject(error)));
    socket.on('close', () => {
      const text = Buffer.concat(chunks).toString('latin1');
      resolve([...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status)));
    });
  });
}

/** The request as a command for a shell. */
export function curlOf(url: string, { method, target, headers, body }: FuzzRequest): string {
  const given = Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`);
  const command = ['curl -sS -i -X', method, ...given, quoted(url + target)].join(' ');
  if (body === undefined) return command;
  return `echo ${body.toString('base64')} | base64 -d | ${command} --data-binary @-`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
