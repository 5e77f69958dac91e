import type { IncomingHttpHeaders } from 'node:http';
import type { Problem } from '../api/problem.ts';
import { systemClock } from '../core/time/clock.ts';
import { type HttpOutcome, requestHttp } from '../runtime/net/http-client.ts';
import type { HttpFailure } from '../runtime/net/http-failure.ts';
import type { Ending } from './exit-codes.ts';
import { endingOfStatus, Failure, usageFailure } from './failure.ts';
import type { Environment } from './terminal.ts';

const TIMEOUT_MS = 120_000;
const MAX_ANSWER_BYTES = 256 * 1024 * 1024;
const DEFAULT_API_URL = 'http://127.0.0.1:8000';
export const API_OPTION = ['--api <url>', `URL of the service (default: PLUMBLINE_URL or ${DEFAULT_API_URL})`] as const;

export interface ApiRequest {
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** How long the service asks to wait before the next try. */
  readonly retryAfterMs: number | undefined;
}

/** The parts of a refusal that are printed. Another server may have answered, so `code` can have any value. */
export interface Refusal extends Pick<Problem, 'status' | 'detail'> {
  readonly code: string;
  readonly errors: NonNullable<Problem['errors']>;
  /** Of a 5xx: what the log of the service has it under. */
  readonly requestId: string | undefined;
}

/** A client of a running service. */
export class Api {
  readonly url: string;
  readonly #key: string | undefined;

  constructor(url: string, key?: string) {
    this.url = baseUrl(url);
    this.#key = key?.trim() || undefined;
  }

  /** Sends one request and reads the whole answer, whatever its status. Throws a Failure when nothing answers. */
  async call(method: string, path: string, request: ApiRequest = {}): Promise<ApiAnswer> {
    const { body, timeoutMs = TIMEOUT_MS } = request;
    const outcome = await requestHttp(
      {
        method,
        url: this.#target(path, request.query).href,
        headers: this.#headers(request),
        ...(body !== undefined && { body }),
      },
      { timeoutMs, maxAnswerBytes: MAX_ANSWER_BYTES, now: systemClock.now },
    );
    return wholeAnswer(this.url, outcome);
  }

  /** Sends one request whose answer must be a success with JSON; a refusal becomes a Failure with its reason. */
  async json<T>(method: string, path: string, request: Omit<ApiRequest, 'body'> & { body?: unknown } = {}): Promise<T> {
    const { body, ...rest } = request;
    const answer = await this.call(method, path, {
      ...rest,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (answer.status >= 300) throw refusalFailure(readProblem(answer));
    return this.parse<T>(path, answer);
  }

  /** Parses the JSON of an answer. Another format comes from another server. */
  parse<T>(path: string, answer: ApiAnswer): T {
    if (answer.text === '') return undefined as T;
    try {
      return JSON.parse(answer.text) as T;
    } catch {
      throw new Failure(`${this.url}${path} did not answer with JSON; is this the address of Plumbline?`);
    }
  }

  /** Whether a server answers at this address. */
  async isUp(): Promise<boolean> {
    try {
      await this.call('GET', '/livez', { timeoutMs: 5_000 });
      return true;
    } catch {
      return false;
    }
  }

  #target(path: string, query: ApiRequest['query'] = {}): URL {
    const url = new URL(this.url + path);
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) url.searchParams.set(name, String(value));
    return url;
  }

  #headers(request: ApiRequest): Record<string, string> {
    return {
      accept: 'application/json',
      ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(this.#key === undefined ? {} : { authorization: `Bearer ${this.#key}` }),
      ...request.headers,
    };
  }
}

/** The client for a command: the address from `--api`, PLUMBLINE_URL or the default; the key from PLUMBLINE_API_KEY. */
export function apiFrom(env: Environment, url?: string): Api {
  return new Api(url ?? (env.PLUMBLINE_URL || DEFAULT_API_URL), env.PLUMBLINE_API_KEY);
}

/** Reads a refusal. If it is not problem+json, for example the page of a proxy, only its status is shown. */
export function readProblem(answer: ApiAnswer): Refusal {
  const fallback = {
    status: answer.status,
    code: `http_${answer.status}`,
    detail: `HTTP ${answer.status}`,
    errors: [],
    requestId: undefined,
  };
  try {
    const body = JSON.parse(answer.text) as Partial<Problem>;
    return {
      status: answer.status,
      code: body.code ?? fallback.code,
      detail: body.detail ?? body.title ?? fallback.detail,
      errors: Array.isArray(body.errors) ? body.errors : [],
      requestId: typeof body.request_id === 'string' ? body.request_id : undefined,
    };
  } catch {
    return fallback;
  }
}

/** One line with the detail, and one line for each invalid field that the detail does not name. */
function describeProblem({ status, detail, errors, requestId }: Refusal): string {
  const fields = errors.slice(0, 5).map(({ path, message }) => `${path ? `${path}: ` : ''}${message}`);
  const more = fields.filter((field) => !detail.includes(field)).map((field) => `\n  ${field}`);
  const request = requestId === undefined ? '' : ` (request ${requestId})`;
  return `${status === 401 ? `${detail} (PLUMBLINE_API_KEY)` : detail}${request}${more.join('')}`;
}

/** A refusal as an error of the command. */
export function refusalFailure(problem: Refusal): Failure {
  return new Failure(describeProblem(problem), endingOfStatus(problem.status));
}

function baseUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:/i.test(text)) throw usageFailure(`"${text}" is not an http(s) address`);
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') {
    throw usageFailure('the address must not have a user name or password; set the key in PLUMBLINE_API_KEY');
  }
  return url.href.replace(/\/+$/, '');
}

/** An answer that was not read to the end is a failure. */
function wholeAnswer(url: string, outcome: HttpOutcome): ApiAnswer {
  if (outcome.kind !== 'answered') throw new Failure(connectionMessage(url, outcome), endingOfConnection(outcome));
  if (outcome.cut === 'too_large')
    throw new Failure(`the answer of ${url} is larger than 256 MiB; is this the address of Plumbline?`);
  if (outcome.cut === 'timed_out') throw new Failure(`${url} did not answer in time`, 'unavailable');
  if (outcome.cut === 'broken')
    throw new Failure(`the connection to ${url} was closed before the end of the answer`, 'unavailable');
  const { status, headers, text, retryAfterMs } = outcome;
  if (status >= 300 && status < 400) {
    throw usageFailure(
      `${url} redirects to ${headers.location ?? 'another address'}; set the address of the service with --api`,
    );
  }
  return { status, headers, text, retryAfterMs };
}

function endingOfConnection({ code }: HttpFailure): Ending {
  return code === 'invalid_header' ? 'usage' : 'unavailable';
}

function connectionMessage(url: string, { kind, code }: HttpFailure): string {
  if (code === 'ECONNREFUSED')
    return `nothing answers at ${url}; start it with \`npm start\` or set --api or PLUMBLINE_URL`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return `the host of ${url} cannot be found; check --api or PLUMBLINE_URL`;
  if (code === 'invalid_header') return 'PLUMBLINE_API_KEY has characters that are not allowed in a header';
  if (kind === 'timed_out') return `${url} did not answer in time`;
  return `the connection to ${url} failed: ${code}`;
}
