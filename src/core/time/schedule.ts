import { Cron } from 'croner';
import { floorTo, MINUTE_MS, SECOND_MS } from './window.ts';

/** When a monitor is due: at a fixed interval, counted from the Unix epoch, or by a cron expression of five fields in a time zone. */
export type Schedule =
  | { readonly kind: 'interval'; readonly everyMs: number }
  | { readonly kind: 'cron'; readonly expression: string; readonly zone: string };

/** Nothing runs more often than once a minute, because profiles have that resolution. */
export const MIN_EVERY_MS = MINUTE_MS;

/**
 * The first slot strictly after an instant.
 *
 * @param afterMs - milliseconds since the Unix epoch
 * @returns milliseconds since the Unix epoch
 * @throws RangeError when a cron expression has no further slot
 * @example nextSlot({ kind: 'interval', everyMs: 60_000 }, 60_000) // 120000
 */
export function nextSlot(schedule: Schedule, afterMs: number): number {
  if (schedule.kind === 'interval') return floorTo(afterMs, schedule.everyMs) + schedule.everyMs;
  const next = cronOf(schedule).nextRun(new Date(afterMs));
  if (next === null) throw new RangeError(`nextSlot: "${schedule.expression}" never comes true again`);
  return next.getTime();
}

/** Slots that are due. */
export interface DueSlots {
  /** The last slot up to now. */
  readonly lastMs: number;
  /** Number of slots from the first to the last, both included. */
  readonly count: number;
}

/** At most this many missed slots are counted. */
const MOST_COUNTED = 10_000;

/**
 * The slots from one that is due up to an instant.
 *
 * @param firstMs - a slot
 * @param nowMs - an instant, from `firstMs`
 * @returns the last slot up to then, and how many there are (at most 10,000 of a cron expression)
 * @example dueSlots({ kind: 'interval', everyMs: 60_000 }, 60_000, 185_000) // { lastMs: 180000, count: 3 }
 */
export function dueSlots(schedule: Schedule, firstMs: number, nowMs: number): DueSlots {
  if (schedule.kind === 'interval') {
    const count = Math.floor((nowMs - firstMs) / schedule.everyMs) + 1;
    return { lastMs: firstMs + (count - 1) * schedule.everyMs, count };
  }
  const cron = cronOf(schedule);
  let lastMs = firstMs;
  for (let count = 1; count < MOST_COUNTED; count++) {
    const next = cron.nextRun(new Date(lastMs))?.getTime();
    if (next === undefined || next > nowMs) return { lastMs, count };
    lastMs = next;
  }
  const [latest] = cron.previousRuns(1, new Date(floorTo(nowMs, SECOND_MS) + SECOND_MS));
  return { lastMs: latest?.getTime() ?? lastMs, count: MOST_COUNTED };
}

/**
 * Checks a cron expression of five fields: minute, hour, day of month, month, day of week.
 *
 * @returns the problem as a clause of a message, or undefined
 * @example cronProblem('* * *', 'UTC') // 'has 3 fields'
 */
export function cronProblem(expression: string, zone: string): string | undefined {
  const fields = expression.trim().split(/\s+/).length;
  if (fields !== 5) return `has ${fields} fields`;
  try {
    const next = new Cron(expression, { timezone: zone, mode: '5-part' }).nextRun();
    return next === null ? 'never comes true' : undefined;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^Cron\w+: /, '') : 'is not a cron expression';
  }
}

const known = new Map<string, Cron>();

function cronOf({ expression, zone }: { expression: string; zone: string }): Cron {
  const key = `${zone} ${expression}`;
  const cron = known.get(key) ?? new Cron(expression, { timezone: zone, mode: '5-part' });
  known.set(key, cron);
  return cron;
}
