import { type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';
import { isIP } from 'node:net';
import { AddressRefused, explainRefusal, guardedLookup } from '../../runtime/net/address-guard.ts';
import { readRetryAfter } from '../../runtime/net/retry-after.ts';
import { cleanReason } from './clean-reason.ts';
import type { Outcome } from './outcome.ts';
import { secretsOf } from './url-secrets.ts';

const TIMEOUT_MS = 10_000;
const MAX_ANSWER_BYTES = 64 * 1024;
const WORTH_ANOTHER_TRY = new Set([408, 425, 429]);

export interface PostTarget {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What every channel over HTTP is given. */
export interface PostLimits {
  /** Hosts that may be reached though their addresses are not public. */
  readonly allowHosts: readonly string[];
  readonly now: () => number;
  /** For connecting, asking and reading together. */
  readonly timeoutMs?: number;
}

interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly text: string;
}

/** One POST to an address that somebody configured: bounded in time and size, never redirected, never into a private network. */
export async function postJson(
  target: PostTarget,
  options: PostLimits & { readonly secrets: readonly string[] },
): Promise<Outcome> {
  const url = URL.canParse(target.url) ? new URL(target.url) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    return { kind: 'rejected', reason: 'the address is not an http or https URL' };
  }
  try {
    const answer = await exchange(url, target, options);
    return judgeAnswer(answer, options.now(), [...options.secrets, ...secretsOf(url, target.headers ?? {})]);
  } catch (error) {
    return judgeFailure(error);
  }
}

function exchange(url: URL, target: PostTarget, limits: PostLimits): Promise<Answer> {
  const to = { host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(url.port) || defaultPort(url) };
  // A literal address is connected to without a look-up.
  const refusal = isIP(to.host) === 0 ? undefined : explainRefusal(to.host, to, limits.allowHosts);
  if (refusal !== undefined) return Promise.reject(new AddressRefused(refusal));
  return new Promise((resolve, reject) => {
    const post = url.protocol === 'https:' ? requestSecure : requestPlain;
    const request = post(url, {
      method: 'POST',
      agent: false,
      lookup: guardedLookup(to, limits.allowHosts),
      signal: AbortSignal.timeout(limits.timeoutMs ?? TIMEOUT_MS),
      headers: {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(target.body),
        'user-agent': 'plumbline',
        ...target.headers,
      },
    });
    request.on('response', (response) => resolve(readAnswer(response)));
    request.on('error', reject);
    // An answer that switches protocols ends the request with neither a response nor an error.
    request.on('close', () => reject(new Error('closed')));
    request.end(target.body);
  });
}

async function readAnswer(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of response) {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= MAX_ANSWER_BYTES) break;
    }
  } catch {
    // The status has been given: an answer that breaks off, or drips until the time is up, says enough.
  }
  const text = Buffer.concat(chunks).subarray(0, MAX_ANSWER_BYTES).toString();
  return { status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'], text };
}

function judgeAnswer({ status, retryAfter, text }: Answer, now: number, secrets: readonly string[]): Outcome {
  if (status >= 200 && status < 300) return { kind: 'sent' };
  if (status >= 300 && status < 400) return { kind: 'rejected', reason: `redirect refused (HTTP ${status})` };
  if (WORTH_ANOTHER_TRY.has(status) || status >= 500) {
    const afterMs = readRetryAfter(retryAfter, now);
    return { kind: 'retry', reason: `HTTP ${status}`, ...(afterMs !== undefined && { afterMs }) };
  }
  const said = cleanReason(text, secrets);
  return { kind: 'rejected', reason: said === '' ? `HTTP ${status}` : `HTTP ${status}: ${said}` };
}

const FAILURES: Readonly<Record<string, string>> = {
  ABORT_ERR: 'no answer in time',
  ETIMEDOUT: 'no answer in time',
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  ENOTFOUND: 'host not found',
  EAI_AGAIN: 'host not found for now',
};

/** By the code alone: messages of errors quote hosts, headers and whatever the other side sent. */
function judgeFailure(error: unknown): Outcome {
  if (error instanceof AddressRefused) return { kind: 'rejected', reason: error.message };
  const code = String((error as { code?: unknown }).code ?? 'closed');
  // Nothing was sent: a header holds what no header may.
  if (code === 'ERR_INVALID_CHAR') return { kind: 'rejected', reason: 'a header of the request is not valid' };
  return { kind: 'retry', reason: FAILURES[code] ?? `connection failed (${code})` };
}

function defaultPort(url: URL): number {
  return url.protocol === 'https:' ? 443 : 80;
}
