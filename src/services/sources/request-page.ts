import { AppError } from '../../core/errors.ts';
import { SECOND_MS } from '../../core/time/window.ts';
import { type HttpAnswer, isTransientStatus, requestHttp } from '../../runtime/net/http-client.ts';
import { NO_ANSWER_IN_TIME } from '../../runtime/net/http-failure.ts';

export interface Upstream {
  readonly baseUrl: string;
  readonly apiKey: string | undefined;
  readonly timeoutMs: number;
  sleep(ms: number): Promise<unknown>;
  now(): number;
}

/** What fetching cost so far; counted while it goes on, so that a failure can say it too. */
export interface Traffic {
  pages: number;
  retries: number;
}

export const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
const TRIES = 3;
const BACKOFF_MS = { first: 500, most: 3 * SECOND_MS };
const LONGEST_WAIT_MS = 10 * SECOND_MS;

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
  for (let attempt = 1; ; attempt++) {
    const answer = await tryOnce(upstream, url);
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

async function tryOnce({ apiKey, timeoutMs, now }: Upstream, url: URL): Promise<Answer> {
  const outcome = await requestHttp(
    {
      method: 'GET',
      url: url.href,
      headers: {
        accept: 'application/json',
        ...(apiKey !== undefined && { authorization: `Bearer ${apiKey.trim()}` }),
      },
    },
    { timeoutMs, maxAnswerBytes: MAX_ANSWER_BYTES, now },
  );
  if (outcome.kind === 'answered') return judgeAnswer(outcome);
  if (outcome.kind !== 'refused') return { kind: 'retry', reason: outcome.reason };
  const isKeyWrong = outcome.code === 'invalid_header';
  return {
    kind: 'refused',
    reason: isKeyWrong ? 'DARSHAN_API_KEY holds characters that no header may hold' : outcome.reason,
  };
}

function judgeAnswer({ status, text, cut, retryAfterMs }: HttpAnswer): Answer {
  if (status >= 300 && status < 400) return { kind: 'refused', reason: 'it redirects' };
  if (isTransientStatus(status)) return { kind: 'retry', reason: `HTTP ${status}`, afterMs: retryAfterMs };
  if (status < 200 || status >= 300) return { kind: 'refused', reason: `HTTP ${status}` };
  if (cut === 'too_large') return { kind: 'refused', reason: 'its answer is over 16 MiB' };
  if (cut !== undefined) return { kind: 'retry', reason: cut === 'timed_out' ? NO_ANSWER_IN_TIME : 'connection reset' };
  return { kind: 'text', text };
}
