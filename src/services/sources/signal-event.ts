import { createHash } from 'node:crypto';
import { isoTime } from '../../core/format/iso-time.ts';
import { elementPath, joinPath, parsePath } from '../../core/profile/path.ts';
import { SIGNAL_STREAM } from '../../core/stream-name.ts';
import type { SignalRecord } from './signal-page.ts';

/** Each signal has one value below this path: a feature, whose distribution can be compared. */
export const SIGNALS = 'signals';
export const SCORE_PATH = 'coherenceScore';

/** Shares of the features that a stream may have. The rest is for the fields that every record has. */
const SIGNALS_SHARE = 0.8;
const OTHER_SHARE = 0.08;
const MAX_LEAVES = 20;
const MAX_DEPTH = 8;

/**
 * Keeps a stream below its limit of features, because an event that goes beyond the limit is refused.
 *
 * Signals may use 80 % of the features, `agentStates` and `more` 8 % each. Records that do not fit are stored all the same: a signal
 * without its own feature, an object as JSON text, which is one feature.
 */
export class FeatureBudget {
  readonly #limits: Readonly<Record<string, number>>;
  readonly #taken = new Map<string, Set<string>>();

  /** @param known - the stream's features so far */
  constructor(known: readonly string[], maxFeatures: number) {
    const others = Math.floor(OTHER_SHARE * maxFeatures);
    this.#limits = { [SIGNALS]: Math.floor(SIGNALS_SHARE * maxFeatures), agentStates: others, more: others };
    for (const path of known) this.#takenIn(parsePath(path)?.[0]).add(path);
  }

  takeSignal(signalId: string): boolean {
    return this.#take(SIGNALS, [joinPath(SIGNALS, signalId)]);
  }

  /** The value unchanged when it has few leaves and they fit, otherwise as JSON text. */
  fit(field: 'agentStates' | 'more', value: unknown): unknown {
    const paths: string[] = [];
    const isSmall = listLeaves(value, field, MAX_DEPTH, paths);
    return isSmall && this.#take(field, paths) ? value : JSON.stringify(value);
  }

  /** Takes all of the paths or none. */
  #take(group: string, paths: readonly string[]): boolean {
    const taken = this.#takenIn(group);
    const fresh = [...new Set(paths)].filter((path) => !taken.has(path));
    if (fresh.length > 0 && taken.size + fresh.length > (this.#limits[group] ?? 0)) return false;
    for (const path of fresh) taken.add(path);
    return true;
  }

  #takenIn(group: unknown): Set<string> {
    const name = String(group);
    const taken = this.#taken.get(name) ?? new Set<string>();
    this.#taken.set(name, taken);
    return taken;
  }
}

/** Adds the paths of the scalars; false when there are too many or they are too deep. */
function listLeaves(value: unknown, path: string, depth: number, paths: string[]): boolean {
  if (typeof value !== 'object' || value === null) return paths.push(path) <= MAX_LEAVES;
  if (depth === 0) return false;
  if (Array.isArray(value)) return value.every((element) => listLeaves(element, elementPath(path), depth - 1, paths));
  return Object.entries(value).every(([key, below]) => listLeaves(below, joinPath(path, key), depth - 1, paths));
}

/** A record as an event. Its id is made of time and signal, so that a page that is read again stores nothing twice. */
export function toEvent(record: SignalRecord, shiftMs: number, budget: FeatureBudget): object {
  const { signalId, coherenceScore, eventCount, agentStates, more } = record;
  const ts = isoTime(record.ms + shiftMs);
  const id = createHash('sha256')
    .update(JSON.stringify([ts, signalId]))
    .digest('hex');
  return {
    id,
    ts,
    ...SIGNAL_STREAM,
    signal_id: signalId,
    coherenceScore,
    eventCount,
    ...(agentStates != null && { agentStates: budget.fit('agentStates', agentStates) }),
    ...(Object.keys(more).length > 0 && { more: budget.fit('more', more) }),
    ...(budget.takeSignal(signalId) && { [SIGNALS]: { [signalId]: coherenceScore } }),
  };
}
