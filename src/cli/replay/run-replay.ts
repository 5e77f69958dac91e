import type { Clock } from '../../core/time/clock.ts';
import type { Api } from '../api.ts';
import { Failure, messageOf } from '../failure.ts';
import type { Terminal } from '../terminal.ts';
import { type Batch, cutBatches } from './batches.ts';
import { deliverBatch } from './deliver.ts';
import type { ReplayPlan } from './plan.ts';
import { Progress } from './progress.ts';
import { readEvents } from './read/events.ts';
import { type OpenFile, openFile } from './read/lines.ts';
import { AcknowledgedLines, type ReplayState, saveState } from './state.ts';
import { countInto, Tally } from './tally.ts';

const SAVE_EVERY_MS = 1_000;

export interface ReplayDeps {
  readonly api: Api;
  readonly clock: Clock;
  readonly terminal: Terminal;
  /** Waits that long; ends early, without an error, when the signal fires. */
  readonly sleep: (ms: number, halt: AbortSignal) => Promise<void>;
  readonly stop: AbortSignal;
}

export interface ReplayRun {
  readonly plan: ReplayPlan;
  readonly connections: number;
  /** Where it begins and how far it moves events: from the state file, or fresh. */
  readonly state: ReplayState;
  /** undefined: the state is not kept. */
  readonly statePath: string | undefined;
}

export interface ReplayResult {
  readonly tally: Tally;
  readonly elapsedMs: number;
  readonly lastLine: number;
  /** Whether the file was sent to its end; false when it was stopped before. */
  readonly isComplete: boolean;
}

/** Sends a file's events, `connections` batches at a time; the next lines are read only when one of them is free. */
export async function runReplay(deps: ReplayDeps, run: ReplayRun): Promise<ReplayResult> {
  const { plan, state } = run;
  const file = await openFile(plan.path);
  const tally = new Tally();
  const progress = new Progress(deps.terminal, deps.clock);
  const acknowledged = new AcknowledgedLines(state.lastLine);
  const save = stateSaver(deps.clock, run, acknowledged);
  const failed = new AbortController();
  const halt = AbortSignal.any([deps.stop, failed.signal]);
  const context = { ...deps, plan, shiftMs: state.shiftMs, tally, halt };
  const batches = batchesToSend(deps, run, file, tally, halt);
  const isComplete = await forEachAtOnce(batches, run.connections, failed, deps.stop, async (batch) => {
    await deliverBatch(context, batch);
    acknowledged.add(batch);
    await save(false);
    progress.update(file.bytesRead() / plan.sizeBytes, describeProgress(tally, progress.elapsedMs));
  }).finally(async () => {
    progress.clear();
    await save(true);
  });
  return { tally, elapsedMs: progress.elapsedMs, lastLine: acknowledged.lastLine, isComplete };
}

/** The batches not yet acknowledged, each when it is due. Batches before are cut too, so that these are cut at the same lines. */
async function* batchesToSend(
  deps: ReplayDeps,
  { plan, state }: ReplayRun,
  file: OpenFile,
  tally: Tally,
  halt: AbortSignal,
): AsyncGenerator<Batch> {
  const waitUntilDue = pacer(deps, plan.speed, halt);
  const lists = unreadable(readEvents(plan, file.chunks, state.shiftMs), plan.path);
  const batches = cutBatches(lists, plan, ({ line, code, message }) => {
    if (line > state.lastLine) countInto(tally.skipped, code, line, message);
  });
  for await (const batch of batches) {
    if (batch.lastLine <= state.lastLine) continue;
    await waitUntilDue(batch);
    if (halt.aborted) return;
    yield batch;
  }
}

/** A gzip file that is cut short or broken: its events up to there are sent, then it is said. */
async function* unreadable<T>(lists: AsyncIterable<T>, path: string): AsyncGenerator<T> {
  try {
    yield* lists;
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(`${path} cannot be read to its end: ${messageOf(error)}`, 1, { cause: error });
  }
}

/** At speed N, an event that happened N seconds after the first is sent one second after it. */
function pacer(
  { clock, sleep }: ReplayDeps,
  speed: number | undefined,
  halt: AbortSignal,
): (batch: Batch) => Promise<void> {
  let firstTsMs: number | undefined;
  const startMs = clock.now();
  return async ({ events }) => {
    const tsMs = events[0]?.tsMs;
    if (speed === undefined || tsMs === undefined) return;
    firstTsMs ??= tsMs;
    const dueInMs = startMs + (tsMs - firstTsMs) / speed - clock.now();
    if (dueInMs > 0) await sleep(dueInMs, halt);
  };
}

/** Pulls from one source with several workers; says whether all of it was done. The first error stops all of them, and is thrown then. */
async function forEachAtOnce<T>(
  source: AsyncGenerator<T>,
  workers: number,
  failed: AbortController,
  stop: AbortSignal,
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

function describeProgress(tally: Tally, elapsedMs: number): string {
  const rate = Math.round((tally.sent * 1_000) / elapsedMs);
  const refused = tally.refusedEvents + tally.skippedLines;
  const count = (n: number) => n.toLocaleString('en-US');
  return `${count(tally.sent)} events, ${count(rate)}/s${refused > 0 ? `, ${count(refused)} refused` : ''}`;
}
