import { count } from '../../core/format/amounts.ts';
import { isoTime } from '../../core/format/iso-time.ts';
import type { Clock } from '../../core/time/clock.ts';
import { parseTimestamp } from '../../core/time/timestamp.ts';
import type { Api } from '../api.ts';
import { usageFailure } from '../failure.ts';
import type { Terminal } from '../terminal.ts';
import type { ReplayPlan } from './plan.ts';
import { findLastTime } from './read/find-last-time.ts';
import { findState, type ReplayState, saveState } from './state.ts';

export interface ReplayStart {
  readonly terminal: Terminal;
  readonly plan: ReplayPlan;
  readonly api: Api;
  readonly clock: Clock;
  /** The state file. */
  readonly path: string;
  readonly isResume: boolean;
  /** `now` or an ISO 8601 time; undefined: times are not shifted. */
  readonly shiftTo: string | undefined;
}

/** The state from which the replay starts: of an earlier replay with --resume, otherwise new. */
export async function startState(start: ReplayStart): Promise<ReplayState> {
  const { terminal, path, isResume } = start;
  const earlier = await findState(path);
  if (isResume && earlier !== undefined) return checkResume(start, earlier);
  if (isResume) terminal.err(`nothing to resume in ${path}; starting at the first line\n`);
  else if (earlier !== undefined && earlier.lastLine > 0)
    terminal.err(`starting from the first line; --resume would continue after line ${earlier.lastLine}\n`);
  return newState(start);
}

function checkResume({ terminal, plan, api, path }: ReplayStart, state: ReplayState): ReplayState {
  if (state.identity !== plan.identity)
    throw usageFailure(
      `${path} belongs to another file, or to other options (map, format, batch, speed, names); start without --resume`,
    );
  if (state.api !== api.url)
    throw usageFailure(`${path} belongs to a replay to ${state.api}; use that --api, or start without --resume`);
  terminal.err(`continuing after line ${count(state.lastLine)}\n`);
  return state;
}

async function newState({ terminal, plan, api, clock, shiftTo }: ReplayStart): Promise<ReplayState> {
  const state = { version: 1, identity: plan.identity, api: api.url, shiftMs: 0, lastLine: 0 } as const;
  if (shiftTo === undefined) return state;
  const targetMs = shiftTo === 'now' ? clock.now() : parseTimestamp(shiftTo);
  if (typeof targetMs === 'string')
    throw usageFailure(`--shift-to must be "now" or an ISO 8601 time with a time zone, not "${shiftTo}"`);
  const lastMs = await findLastTime(plan, terminal, clock);
  if (lastMs === undefined) throw usageFailure(`no event in ${plan.path} has a time to shift; is \`ts\` mapped?`);
  terminal.err(`shifting the last event from ${isoTime(lastMs)} to ${isoTime(targetMs)}\n`);
  return { ...state, shiftMs: targetMs - lastMs };
}

/** Returns false if the file cannot be written, for example in a read-only directory. A path that the user chose must be writable. */
export async function trySaveState(
  { terminal, path }: ReplayStart,
  state: ReplayState,
  isChosenPath: boolean,
): Promise<boolean> {
  try {
    await saveState(path, state);
    return true;
  } catch (error) {
    if (isChosenPath) throw error;
    terminal.err(`${path} cannot be written, so this replay cannot be resumed; use --state to choose another file\n`);
    return false;
  }
}
