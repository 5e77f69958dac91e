import { type Api, type ApiAnswer, type Refusal, readProblem, refusalFailure } from '../api.ts';
import { Failure } from '../failure.ts';
import type { Batch } from './batches.ts';
import type { Outage } from './outage.ts';
import { batchKey, type ReplayPlan } from './plan.ts';
import { countInto, type Tally } from './tally.ts';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
const RETRIED = new Set([408, 409, 429, 500, 502, 503, 504]);

export interface DeliveryContext {
  readonly api: Api;
  readonly plan: Pick<ReplayPlan, 'identity'>;
  readonly shiftMs: number;
  readonly tally: Tally;
  readonly outage: Outage;
  readonly sleep: (ms: number, halt: AbortSignal) => Promise<void>;
  /** Aborts when the replay stops or fails; then nothing is retried. */
  readonly halt: AbortSignal;
}

interface IngestAnswer {
  readonly accepted: number;
  readonly rejected: number;
  readonly duplicates: number;
  readonly errors: readonly { readonly index: number; readonly code?: string; readonly message: string }[];
}

/** Sends one batch until the service accepts or refuses it. Sending it twice is safe, because the key stays the same. */
export async function deliverBatch(context: DeliveryContext, batch: Batch): Promise<void> {
  const answer = await sendWithRetries(context, batch);
  if (answer.status === 200) return countAnswer(context.tally, batch, answer);
  const problem = readProblem(answer);
  if (answer.status === 413 && batch.events.length > 1) return deliverHalves(context, batch);
  if (answer.status !== 400 && answer.status !== 413) throw refusalFailure(problem);
  countRefusals(context.tally, batch, problem);
}

async function deliverHalves(context: DeliveryContext, { firstLine, lastLine, events }: Batch): Promise<void> {
  const half = Math.ceil(events.length / 2);
  const middleLine = events[half - 1]?.line ?? firstLine;
  await deliverBatch(context, { firstLine, lastLine: middleLine, events: events.slice(0, half) });
  await deliverBatch(context, { firstLine: middleLine + 1, lastLine, events: events.slice(half) });
}

async function sendWithRetries(context: DeliveryContext, batch: Batch): Promise<ApiAnswer> {
  const { api, plan, shiftMs, outage, sleep, halt } = context;
  const request = {
    body: batch.events.map(({ json }) => json).join('\n'),
    headers: {
      'content-type': 'application/x-ndjson',
      'idempotency-key': batchKey(plan.identity, shiftMs, batch.firstLine, batch.lastLine),
    },
  };
  for (let attempt = 1; ; attempt++) {
    const answer = await api.call('POST', '/v1/ingest', request).catch(failureOf);
    if (!(answer instanceof Failure) && !RETRIED.has(answer.status)) {
      outage.end();
      return answer;
    }
    const failure = answer instanceof Failure ? answer : refusalFailure(readProblem(answer));
    if (!outage.isWorthWaiting(failure.message)) throw failure;
    await sleep(waitMs(attempt, answer instanceof Failure ? undefined : answer.retryAfterMs), halt);
    if (halt.aborted) throw new Failure('stopped before the service had taken the batch', 'interrupted');
  }
}

/** Only an answer that did not come is tried again; a key that cannot be sent is not. */
function failureOf(error: unknown): Failure {
  if (error instanceof Failure && error.ending === 'unavailable') return error;
  throw error;
}

/** What the service asks for, or else twice as long each time; never more than 15 s. */
export function waitMs(attempt: number, retryAfterMs: number | undefined): number {
  return Math.min(LONGEST_WAIT_MS, retryAfterMs ?? FIRST_WAIT_MS * 2 ** (attempt - 1));
}

function countAnswer(tally: Tally, batch: Batch, answer: ApiAnswer): void {
  const body = JSON.parse(answer.text) as IngestAnswer;
  tally.sent += batch.events.length;
  tally.accepted += body.accepted;
  tally.duplicates += body.duplicates;
  if (answer.headers['idempotent-replayed'] === 'true') tally.repeated += body.accepted;
  for (const { index, code = 'refused', message } of body.errors)
    countInto(tally.refused, code, batch.events[index]?.line ?? batch.firstLine, message);
  countUnlisted(tally, batch, body.rejected - body.errors.length);
}

/** Counts a batch that was refused as a whole: by the events that the answer lists (`/3`, `code: message`), otherwise by its own code. */
function countRefusals(tally: Tally, batch: Batch, problem: Refusal): void {
  tally.sent += batch.events.length;
  const listed = problem.errors.flatMap(({ path = '', message }) => {
    const event = /^\/\d+$/.test(path) ? batch.events[Number(path.slice(1))] : undefined;
    const [, code = problem.code, text = message] = /^([a-z_]+): (.*)$/s.exec(message) ?? [];
    return event === undefined ? [] : [{ line: event.line, code, text }];
  });
  for (const { line, code, text } of listed) countInto(tally.refused, code, line, text);
  if (listed.length > 0) countUnlisted(tally, batch, batch.events.length - listed.length);
  else for (const { line } of batch.events) countInto(tally.refused, problem.code, line, problem.detail);
}

/** The service may list only the first errors of a batch. */
function countUnlisted(tally: Tally, batch: Batch, count: number): void {
  for (let i = 0; i < count; i++)
    countInto(tally.refused, 'not_listed', batch.lastLine, 'refused, and not listed in the answer');
}
