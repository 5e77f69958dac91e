import { Cron } from 'croner';
import { floorTo, MINUTE_MS, SECOND_MS } from './window.ts';

/** When something is due: every so often, counted from the Unix epoch, or by a cron expression of five fields in a zone. */
export type Schedule =
  | { readonly kind: 'interval'; readonly everyMs: number }
  | { readonly kind: 'cron'; readonly expression: string; readonly zone: string };

/** Nothing runs more often than once a minute: that is how fine profiles are. */
export const MIN_EVERY_MS = MINUTE_MS;

/**
 * The first slot strictly after a moment.
 *
 * @throws RangeError when a cron expression never comes true again
 * @example nextSlot({ kind: 'interval', everyMs: 60_000 }, 60_000) // 120000
 */
export function nextSlot(schedule: Schedule, afterMs: number): number {
  if (schedule.kind === 'interval') return floorTo(afterMs, schedule.everyMs) + schedule.everyMs;
  const next = cronOf(schedule).nextRun(new Date(afterMs));
  if (next === null) throw new RangeError(`nextSlot: "${schedule.expression}" never comes true again`);
  return next.getTime();
}

export interface DueSlots {
  /** The last slot up to now. */
  readonly lastMs: number;
  /** How many slots there are from the first to the last, both counted. */
  readonly count: number;
}

/** More missed slots than this are not counted one by one. */
const MOST_COUNTED = 10_000;

/** The slots from one that is due up to a moment: an interval's by arithmetic, a cron's one by one. */
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
 * Reads a cron expression of five fields: minute, hour, day of month, month, day of week.
 *
 * @returns what is wrong with it, or undefined
 */
export function cronProblem(expression: string, zone: string): string | undefined {
  const fields = expression.trim().split(/\s+/).length;
  if (fields !== 5) return `has ${fields} fields`;
  try {
    const next = new Cron(expression, { timezone: zone, mode: '5-part' }).nextRun();
    return next === null ? 'never comes true' : undefined;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^Cron\w+: /, '') : 'is no cron expression';
  }
}

const known = new Map<string, Cron>();

function cronOf({ expression, zone }: { expression: string; zone: string }): Cron {
  const key = `${zone} ${expression}`;
  const cron = known.get(key) ?? new Cron(expression, { timezone: zone, mode: '5-part' });
  known.set(key, cron);
  return cron;
}
