import { type HttpAnswer, isTransientStatus, requestHttp } from '../../runtime/net/http-client.ts';
import { cleanReason } from './clean-reason.ts';
import type { Outcome } from './outcome.ts';
import { secretsOf } from './url-secrets.ts';

const TIMEOUT_MS = 10_000;
const MAX_ANSWER_BYTES = 64 * 1024;

export interface PostTarget {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The settings that every channel over HTTP has. */
export interface PostLimits {
  /** Hosts that may be reached though their addresses are not public. */
  readonly allowHosts: readonly string[];
  readonly now: () => number;
  /** For connecting, asking and reading together. */
  readonly timeoutMs?: number;
}

/** One POST to an address that somebody configured: never redirected, never into a private network. */
export async function postJson(
  { url, headers = {}, body }: PostTarget,
  { secrets, allowHosts, now, timeoutMs = TIMEOUT_MS }: PostLimits & { readonly secrets: readonly string[] },
): Promise<Outcome> {
  const outcome = await requestHttp(
    { method: 'POST', url, headers: { 'content-type': 'application/json', ...headers }, body },
    { timeoutMs, maxAnswerBytes: MAX_ANSWER_BYTES, allowHosts, now },
  );
  if (outcome.kind === 'answered') return judgeAnswer(outcome, [...secrets, ...secretsOf(new URL(url), headers)]);
  return { kind: outcome.kind === 'refused' ? 'rejected' : 'retry', reason: outcome.reason };
}

/** By the status, also where the text breaks off. */
function judgeAnswer({ status, retryAfterMs, text }: HttpAnswer, secrets: readonly string[]): Outcome {
  if (status >= 200 && status < 300) return { kind: 'sent' };
  if (status >= 300 && status < 400) return { kind: 'rejected', reason: `redirect refused (HTTP ${status})` };
  if (isTransientStatus(status)) {
    return { kind: 'retry', reason: `HTTP ${status}`, ...(retryAfterMs !== undefined && { afterMs: retryAfterMs }) };
  }
  const detail = cleanReason(text, secrets);
  return { kind: 'rejected', reason: detail === '' ? `HTTP ${status}` : `HTTP ${status}: ${detail}` };
}
