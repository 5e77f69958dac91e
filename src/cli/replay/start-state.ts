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
  /** Where the state file may lie, the best place first. */
  readonly paths: readonly string[];
  readonly isResume: boolean;
  /** `now` or an ISO 8601 time; undefined: times are not shifted. */
  readonly shiftTo: string | undefined;
}

/** The state from which the replay starts: of an earlier replay with --resume, otherwise new. */
export async function startState(start: ReplayStart): Promise<ReplayState> {
  const { terminal, paths, isResume } = start;
  const [path, earlier] = await findEarlier(paths);
  if (isResume && path !== undefined) return checkResume(start, path, earlier);
  if (isResume) terminal.err(`nothing to resume in ${paths.join(' or ')}; starting at the first line\n`);
  else if (earlier !== undefined && earlier.lastLine > 0)
    terminal.err(`starting from the first line; --resume would continue after line ${earlier.lastLine}\n`);
  return newState(start);
}

async function findEarlier(paths: readonly string[]): Promise<[string, ReplayState] | [undefined, undefined]> {
  for (const path of paths) {
    const state = await findState(path);
    if (state !== undefined) return [path, state];
  }
  return [undefined, undefined];
}

function checkResume({ terminal, plan, api }: ReplayStart, path: string, state: ReplayState): ReplayState {
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

/**
 * Saves the state in the first place that is writable. Returns its path; undefined if there is none, as in a container that is read-only.
 * A path that the user chose must be writable.
 */
export async function saveFirstState(
  { terminal, paths }: ReplayStart,
  state: ReplayState,
  isChosenPath: boolean,
): Promise<string | undefined> {
  for (const path of paths) {
    try {
      await saveState(path, state);
      if (path !== paths[0]) terminal.err(`${paths[0]} cannot be written; the progress is in ${path}\n`);
      return path;
    } catch (error) {
      if (isChosenPath) throw error;
    }
  }
  terminal.err(
    `${paths.join(' and ')} cannot be written, so this replay cannot be resumed; use --state to choose a file\n`,
  );
  return undefined;
}
