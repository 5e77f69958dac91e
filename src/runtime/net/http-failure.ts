import { AddressRefused } from './address-guard.ts';

/** A request without an answer. Its reason never holds what a header, a query or the other side holds. */
export type HttpFailure =
  | { readonly kind: 'timed_out'; readonly code: string; readonly reason: string }
  /** Nothing was sent, and another try would end the same. */
  | { readonly kind: 'refused'; readonly code: RefusalCode; readonly reason: string }
  | { readonly kind: 'failed'; readonly code: string; readonly reason: string };

type RefusalCode = 'invalid_url' | 'invalid_header' | 'address_refused';

export const NO_ANSWER_IN_TIME = 'no answer in time';
const TIMEOUT_CODES = new Set(['ABORT_ERR', 'ETIMEDOUT']);

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  ENOTFOUND: 'host not found',
  EAI_AGAIN: 'host not found for now',
};

export function timedOut(): Error {
  return Object.assign(new Error(NO_ANSWER_IN_TIME), { code: 'ETIMEDOUT' });
}

/** By the code alone: messages of errors quote hosts, headers and whatever the other side sent. */
export function toFailure(error: unknown): HttpFailure {
  if (error instanceof AddressRefused) return { kind: 'refused', code: 'address_refused', reason: error.message };
  const code = String((error as { code?: unknown }).code ?? 'closed');
  if (code === 'ERR_INVALID_CHAR') {
    return { kind: 'refused', code: 'invalid_header', reason: 'a header of the request is not valid' };
  }
  if (TIMEOUT_CODES.has(code)) return { kind: 'timed_out', code, reason: NO_ANSWER_IN_TIME };
  return { kind: 'failed', code, reason: REASONS[code] ?? `connection failed (${code})` };
}
