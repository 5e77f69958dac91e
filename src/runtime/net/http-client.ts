import { type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';
import { isIP } from 'node:net';
import { SECOND_MS } from '../../core/time/window.ts';
import { AddressRefused, type Destination, explainRefusal, guardedLookup } from './address-guard.ts';
import { type HttpFailure, timedOut, toFailure } from './http-failure.ts';
import { readRetryAfter } from './retry-after.ts';

export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpLimits {
  /** For connecting, sending and reading together. */
  readonly timeoutMs: number;
  /** For the look-up of the name, the connection and TLS. */
  readonly connectTimeoutMs?: number;
  /** Of the answer's body: the rest is not read. */
  readonly maxAnswerBytes: number;
  /** Keeps the request out of private networks, except for these hosts. Without the list every address may be reached. */
  readonly allowHosts?: readonly string[];
  /** For a `Retry-After` that is a date. */
  readonly now: () => number;
}

/** Why a body is not whole. */
type CutReason = 'too_large' | 'timed_out' | 'broken';

export interface HttpAnswer {
  readonly kind: 'answered';
  /** Also 3xx: redirects are never followed, because headers and bodies hold keys. */
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Undefined: the text is whole. */
  readonly cut: CutReason | undefined;
  /** How long the server asks to wait, a day at most. */
  readonly retryAfterMs: number | undefined;
}

export type HttpOutcome = HttpAnswer | HttpFailure;

const CONNECT_TIMEOUT_MS = 10 * SECOND_MS;
const TRANSIENT_STATUS = new Set([408, 425, 429]);

/** Whether the same request may well succeed a little later. */
export function isTransientStatus(status: number): boolean {
  return TRANSIENT_STATUS.has(status) || status >= 500;
}

/** One request, bounded in time and size. Never throws for what the outside does. */
export async function requestHttp(request: HttpRequest, limits: HttpLimits): Promise<HttpOutcome> {
  const url = URL.canParse(request.url) ? new URL(request.url) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    return { kind: 'refused', code: 'invalid_url', reason: 'the address is not an http or https URL' };
  }
  const deadline = AbortSignal.timeout(limits.timeoutMs);
  try {
    const response = await send(url, request, limits, deadline);
    const body = await readBody(response, limits.maxAnswerBytes, deadline);
    const retryAfterMs = readRetryAfter(response.headers['retry-after'], limits.now());
    return { kind: 'answered', status: response.statusCode ?? 0, headers: response.headers, retryAfterMs, ...body };
  } catch (error) {
    return toFailure(error);
  }
}

function send(url: URL, asked: HttpRequest, limits: HttpLimits, deadline: AbortSignal): Promise<IncomingMessage> {
  const isSecure = url.protocol === 'https:';
  const { body = '' } = asked;
  const options = {
    method: asked.method,
    signal: deadline,
    ...(limits.allowHosts !== undefined && guardAddress(destinationOf(url), limits.allowHosts)),
    headers: {
      'accept-encoding': 'identity',
      'user-agent': 'plumbline',
      ...(asked.body !== undefined && { 'content-length': Buffer.byteLength(body) }),
      ...asked.headers,
    },
  };
  return new Promise((resolve, reject) => {
    const request = isSecure ? requestSecure(url, options) : requestPlain(url, options);
    limitConnecting(request, isSecure, limits.connectTimeoutMs ?? CONNECT_TIMEOUT_MS);
    request.on('response', resolve);
    request.on('error', reject);
    // An answer that switches protocols ends the request with neither a response nor an error.
    request.on('close', () => reject(new Error('closed')));
    request.end(body);
  });
}

/** A connection of its own: one that is kept open may have been made without the guard. */
function guardAddress(to: Destination, allowHosts: readonly string[]) {
  // A literal address is connected to without a look-up.
  const refusal = isIP(to.host) === 0 ? undefined : explainRefusal(to.host, to, allowHosts);
  if (refusal !== undefined) throw new AddressRefused(refusal);
  return { agent: false, lookup: guardedLookup(to, allowHosts) };
}

function destinationOf(url: URL): Destination {
  const defaultPort = url.protocol === 'https:' ? 443 : 80;
  return { host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(url.port) || defaultPort };
}

function limitConnecting(request: ClientRequest, isSecure: boolean, timeoutMs: number): void {
  const timer = setTimeout(() => request.destroy(timedOut()), timeoutMs);
  const end = () => clearTimeout(timer);
  request.once('close', end);
  request.once('socket', (socket) => {
    if (request.reusedSocket) end();
    else socket.once(isSecure ? 'secureConnect' : 'connect', end);
  });
}

async function readBody(
  response: IncomingMessage,
  maxBytes: number,
  deadline: AbortSignal,
): Promise<{ text: string; cut: CutReason | undefined }> {
  const chunks: Buffer[] = [];
  let length = 0;
  let cut: CutReason | undefined;
  try {
    for await (const chunk of response) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > maxBytes) {
        cut = 'too_large';
        break;
      }
    }
  } catch {
    // The status has been given: whether it says enough is for the caller to judge.
    cut = deadline.aborted ? 'timed_out' : 'broken';
  }
  return { text: Buffer.concat(chunks).subarray(0, maxBytes).toString(), cut };
}
