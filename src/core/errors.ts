/** Every refusal that a client can meet: its code, HTTP status and title. `docs/errors.md` lists the same, held by a test. */
export const ERRORS = {
  invalid_json: { status: 400, title: 'The body is not valid JSON' },
  invalid_batch: { status: 400, title: 'The batch cannot be taken' },
  invalid_request: { status: 400, title: 'The request is not valid' },
  invalid_window: { status: 400, title: 'The time window is not valid' },
  invalid_baseline: { status: 400, title: 'The baseline is not valid' },
  invalid_dataset: { status: 400, title: 'The data cannot be compared' },
  ambiguous_stream: { status: 400, title: 'Several streams match' },
  unauthorized: { status: 401, title: 'An API key is needed' },
  forbidden: { status: 403, title: 'This is not allowed' },
  invalid_monitor: { status: 400, title: 'The monitor is not valid' },
  not_found: { status: 404, title: 'Not found' },
  monitor_not_found: { status: 404, title: 'No such monitor' },
  incident_not_found: { status: 404, title: 'No such incident' },
  channel_not_found: { status: 404, title: 'No such channel' },
  stream_not_found: { status: 404, title: 'No such stream' },
  baseline_not_found: { status: 404, title: 'No baseline' },
  method_not_allowed: { status: 405, title: 'Method not allowed' },
  not_acceptable: { status: 406, title: 'No such representation' },
  request_timeout: { status: 408, title: 'The request took too long to arrive' },
  idempotency_in_flight: { status: 409, title: 'A request with this Idempotency-Key is still running' },
  conflict: { status: 409, title: 'It conflicts with the current state' },
  too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'Unsupported content type or encoding' },
  idempotency_mismatch: { status: 422, title: 'This Idempotency-Key was used with another body' },
  no_values: { status: 422, title: 'No values to go by' },
  no_events: { status: 422, title: 'No events in this window' },
  too_few_events: { status: 422, title: 'Too few events in this window' },
  too_many_requests: { status: 429, title: 'Too many requests' },
  headers_too_large: { status: 431, title: 'The headers are too large' },
  internal: { status: 500, title: 'Internal error' },
  channel_failed: { status: 502, title: 'The channel did not take the message', retryAfterSeconds: 30 },
  upstream_unavailable: { status: 503, title: 'The upstream does not answer', retryAfterSeconds: 30 },
  overloaded: { status: 503, title: 'Too much in flight', retryAfterSeconds: 1 },
  database_unavailable: { status: 503, title: 'The database is unavailable', retryAfterSeconds: 2 },
  not_ready: { status: 503, title: 'Not ready to serve', retryAfterSeconds: 5 },
  outdated: { status: 503, title: 'Older than its database', retryAfterSeconds: 5 },
  shutting_down: { status: 503, title: 'Shutting down', retryAfterSeconds: 5 },
} as const satisfies Record<string, Refusal>;

interface Refusal {
  readonly status: number;
  readonly title: string;
  /** Of what passes by itself: when to send the request again, where nothing better is known. */
  readonly retryAfterSeconds?: number;
}

/** A code of the table. */
export type ErrorCode = keyof typeof ERRORS;

/** Whether a refusal passes by itself, and so says when to try again (`Retry-After`). */
export function isTemporary(code: ErrorCode): boolean {
  return refusalOf(code).retryAfterSeconds !== undefined;
}

function refusalOf(code: ErrorCode): Refusal {
  return ERRORS[code];
}

/** What is wrong with one field of a request. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

/** More about a refusal. */
export interface AppErrorOptions {
  readonly errors?: readonly FieldError[];
  readonly retryAfterSeconds?: number;
  readonly cause?: unknown;
}

/** A refusal from the table. The HTTP error handler sends it as `application/problem+json`; `detail` says what to do. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly errors: readonly FieldError[] | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, detail: string, options: AppErrorOptions = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.errors = options.errors;
    this.retryAfterSeconds = options.retryAfterSeconds ?? refusalOf(code).retryAfterSeconds;
  }

  get status(): number {
    return ERRORS[this.code].status;
  }
}
