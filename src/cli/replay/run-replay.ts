import type { Clock } from '../../core/time/clock.ts';
import type { Api } from '../api.ts';
import { Failure, messageOf } from '../failure.ts';
import { Progress } from '../output/progress.ts';
import type { Terminal } from '../terminal.ts';
import { type Batch, cutBatches } from './batches.ts';
import { type DeliveryContext, deliverBatch } from './deliver.ts';
import { EventProgress } from './event-progress.ts';
import { Outage } from './outage.ts';
import type { ReplayPlan } from './plan.ts';
import { readEvents } from './read/events.ts';
import { type OpenFile, openFile } from './read/lines.ts';
import { AcknowledgedLines, type ReplayState, saveState } from './state.ts';
import { countInto, Tally } from './tally.ts';

const SAVE_EVERY_MS = 1_000;

export interface ReplayContext {
  readonly api: Api;
  readonly clock: Clock;
  readonly terminal: Terminal;
  /** Waits; returns early, without an error, when the signal aborts. */
  readonly sleep: (ms: number, halt: AbortSignal) => Promise<void>;
  readonly stop: AbortSignal;
}

export interface ReplayRun {
  readonly plan: ReplayPlan;
  readonly connections: number;
  /** The first line and the time shift, new or from the state file. */
  readonly state: ReplayState;
  /** undefined: the state is not saved. */
  readonly statePath: string | undefined;
}

export interface ReplayResult {
  readonly tally: Tally;
  readonly elapsedMs: number;
  readonly lastLine: number;
  /** True when the whole file was sent; false when the replay was stopped. */
  readonly isComplete: boolean;
}

/** Sends the events of a file, with `connections` requests in parallel. Lines are read only when a connection is free. */
export async function runReplay(context: ReplayContext, run: ReplayRun): Promise<ReplayResult> {
  const { plan, state } = run;
  const file = await openFile(plan.path);
  const tally = new Tally();
  const progress = new Progress(context.terminal, context.clock);
  const acknowledged = new AcknowledgedLines(state.lastLine);
  const save = stateSaver(context.clock, run, acknowledged);
  const failed = new AbortController();
  const halt = AbortSignal.any([context.stop, failed.signal]);
  const outage = new Outage(context.clock, (text) => {
    progress.clear();
    context.terminal.err(text);
  });
  const delivery = { ...context, plan, shiftMs: state.shiftMs, tally, outage, halt };
  const events = new EventProgress();
  const batches = batchesToSend({ ...delivery, events }, run, file);
  const isComplete = await runInParallel(
    batches,
    { workers: run.connections, failed, stop: context.stop },
    async (batch) => {
      await deliverBatch(delivery, batch);
      acknowledged.add(batch);
      await save(false);
      events.addSent(batch.events.length);
      const readShare = file.bytesRead() / plan.sizeBytes;
      progress.update(events.share(readShare), describeProgress(tally, events.describe(readShare, progress.elapsedMs)));
    },
  )
    .catch((error: unknown) => {
      throw withResumeHint(error, run);
    })
    .finally(async () => {
      progress.clear();
      await save(true);
    });
  return { tally, elapsedMs: progress.elapsedMs, lastLine: acknowledged.lastLine, isComplete };
}

/** The error says how to go on when the service is back. */
function withResumeHint(error: unknown, { plan, statePath }: ReplayRun): unknown {
  if (statePath === undefined || !(error instanceof Failure) || error.ending !== 'unavailable') return error;
  const command = `plumbline replay ${plan.path} --resume`;
  return new Failure(
    `${error.message}\nwhen it is back, continue with \`${command}\` and the same options`,
    error.ending,
    {
      cause: error,
    },
  );
}

/** Yields the batches that are not acknowledged yet, each when it is due. Earlier batches are split too, so that all splits are the same. */
async function* batchesToSend(
  { clock, sleep, halt, tally, events }: DeliveryContext & Pick<ReplayContext, 'clock'> & { events: EventProgress },
  { plan, state }: ReplayRun,
  file: OpenFile,
): AsyncGenerator<Batch> {
  const waitUntilDue = pacer(clock, plan.speed, (ms) => sleep(ms, halt));
  const read = withReadFailure(readEvents(plan, file.chunks, state.shiftMs), plan.path);
  const lists = countRead(read, events);
  const batches = cutBatches(lists, plan, ({ line, code, message }) => {
    if (line > state.lastLine) countInto(tally.skipped, code, line, message);
  });
  for await (const batch of batches) {
    if (batch.lastLine <= state.lastLine) {
      events.addSentEarlier(batch.events.length);
      continue;
    }
    await waitUntilDue(batch);
    if (halt.aborted) return;
    yield batch;
  }
}

async function* countRead<T extends object>(
  lists: AsyncIterable<readonly T[]>,
  events: EventProgress,
): AsyncGenerator<readonly T[]> {
  for await (const list of lists) {
    events.addRead(list.filter((item) => !('code' in item)).length);
    yield list;
  }
}

/** If a gzip file is incomplete or damaged, the events before the damage are sent before this fails. */
async function* withReadFailure<T>(lists: AsyncIterable<T>, path: string): AsyncGenerator<T> {
  try {
    yield* lists;
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(`${path} cannot be read to its end: ${messageOf(error)}`, 'usage', { cause: error });
  }
}

/** At speed N, an event that is N seconds later than the first event is sent one second after it. */
function pacer(
  clock: Clock,
  speed: number | undefined,
  sleep: (ms: number) => Promise<void>,
): (batch: Batch) => Promise<void> {
  let firstTsMs: number | undefined;
  const startMs = clock.now();
  return async ({ events }) => {
    const tsMs = events[0]?.tsMs;
    if (speed === undefined || tsMs === undefined) return;
    firstTsMs ??= tsMs;
    const dueInMs = startMs + (tsMs - firstTsMs) / speed - clock.now();
    if (dueInMs > 0) await sleep(dueInMs);
  };
}

interface Workers {
  readonly workers: number;
  /** Aborted by the first error. */
  readonly failed: AbortController;
  readonly stop: AbortSignal;
}

/** Several workers read from one source. Returns whether all of it was done. The first error stops all workers and is thrown at the end. */
async function runInParallel<T>(
  source: AsyncGenerator<T>,
  { workers, failed, stop }: Workers,
  work: (item: T) => Promise<void>,
): Promise<boolean> {
  let hasEnded = false;
  const pull = async (): Promise<void> => {
    while (!failed.signal.aborted && !stop.aborted) {
      const { done, value } = await source.next();
      if (done) {
        hasEnded ||= !stop.aborted;
        return;
      }
      await work(value);
    }
  };
  const guarded = () => pull().catch((error: unknown) => failed.abort(error));
  await Promise.all(Array.from({ length: workers }, guarded));
  await source.return(undefined);
  if (failed.signal.aborted && !stop.aborted) throw failed.signal.reason;
  return hasEnded && !failed.signal.aborted;
}

function stateSaver(clock: Clock, run: ReplayRun, acknowledged: AcknowledgedLines): (isLast: boolean) => Promise<void> {
  let savedMs = clock.now();
  let saving = Promise.resolve();
  return (isLast) => {
    if (run.statePath === undefined || (!isLast && clock.now() - savedMs < SAVE_EVERY_MS)) return saving;
    const path = run.statePath;
    savedMs = clock.now();
    saving = saving.then(() => saveState(path, { ...run.state, lastLine: acknowledged.lastLine }));
    return saving;
  };
}

function describeProgress(tally: Tally, events: string): string {
  const refused = tally.refusedEvents + tally.skippedLines;
  return refused > 0 ? `${events}, ${refused} refused` : events;
}
