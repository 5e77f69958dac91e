import { AppError } from '../../core/errors.ts';
import { SECOND_MS } from '../../core/time/window.ts';

export interface Upstream {
  readonly baseUrl: string;
  readonly apiKey: string | undefined;
  readonly timeoutMs: number;
  sleep(ms: number): Promise<unknown>;
  now(): number;
}

/** What fetching cost so far; counted while it goes on, so that a failure can tell it too. */
export interface Traffic {
  pages: number;
  retries: number;
}

export const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
const TRIES = 3;
const BACKOFF_MS = { first: 500, most: 3 * SECOND_MS };
const LONGEST_WAIT_MS = 10 * SECOND_MS;
const WORTH_ANOTHER_TRY = new Set([408, 429]);

type Answer =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'retry'; readonly reason: string; readonly afterMs?: number | undefined }
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * One GET, tried three times where another try may help; never redirected, because the key would go along.
 *
 * @throws AppError whose reason has nothing of the key, the query or what the other side wrote
 */
export async function requestPage(upstream: Upstream, url: URL, traffic: Traffic): Promise<string> {
  const headers = headersOf(upstream, url);
  for (let attempt = 1; ; attempt++) {
    const answer = await tryOnce(upstream, url, headers);
    if (answer.kind === 'text') return answer.text;
    if (answer.kind === 'refused') throw upstreamFailure(url, answer.reason);
    if (attempt === TRIES) throw upstreamFailure(url, `${answer.reason} (${TRIES} tries)`);
    traffic.retries++;
    const backoff = Math.min(BACKOFF_MS.most, BACKOFF_MS.first * 2 ** (attempt - 1));
    await upstream.sleep(Math.max(backoff, Math.min(answer.afterMs ?? 0, LONGEST_WAIT_MS)));
  }
}

export function upstreamFailure(url: URL, reason: string): AppError {
  return new AppError('upstream_unavailable', `The upstream of the signals, ${url.origin}: ${reason}.`);
}

function headersOf({ apiKey }: Upstream, url: URL): Headers {
  const headers = new Headers({ accept: 'application/json' });
  try {
    if (apiKey !== undefined) headers.set('authorization', `Bearer ${apiKey}`);
    return headers;
  } catch {
    // The message of the error quotes the key.
    throw upstreamFailure(url, 'DARSHAN_API_KEY holds characters that no header may hold');
  }
}

async function tryOnce({ timeoutMs, now }: Upstream, url: URL, headers: Headers): Promise<Answer> {
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(url, { headers, redirect: 'manual', signal });
    if (response.ok) return await readAnswer(response);
    await response.body?.cancel().catch(() => undefined);
    return judgeStatus(response, now());
  } catch (error) {
    return { kind: 'retry', reason: reasonOf(error) };
  }
}

async function readAnswer({ body }: Response): Promise<Answer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > MAX_ANSWER_BYTES) return { kind: 'refused', reason: 'its answer is over 16 MiB' };
    chunks.push(chunk);
  }
  return { kind: 'text', text: Buffer.concat(chunks).toString() };
}

function judgeStatus({ status, headers }: Response, nowMs: number): Answer {
  if (status === 0 || (status >= 300 && status < 400)) return { kind: 'refused', reason: 'it redirects' };
  const reason = `HTTP ${status}`;
  if (status < 500 && !WORTH_ANOTHER_TRY.has(status)) return { kind: 'refused', reason };
  return { kind: 'retry', reason, afterMs: readRetryAfter(headers.get('retry-after') ?? '', nowMs) };
}

function readRetryAfter(header: string, nowMs: number): number | undefined {
  const ms = /^\d+$/.test(header) ? Number(header) * SECOND_MS : Date.parse(header) - nowMs;
  return Number.isNaN(ms) ? undefined : ms;
}

const FAILURES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  UND_ERR_SOCKET: 'connection reset',
  ENOTFOUND: 'host not found',
  EAI_AGAIN: 'host not found for now',
};

/** By name and code alone: messages of errors quote addresses, headers and whatever the other side sent. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'connection failed';
  if (error.name === 'TimeoutError') return 'no answer in time';
  const { code } = (error.cause ?? error) as { code?: unknown };
  return typeof code === 'string' ? (FAILURES[code] ?? `connection failed (${code})`) : 'connection failed';
}
