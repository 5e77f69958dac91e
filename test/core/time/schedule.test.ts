import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type MonitorSpec, readSpec } from '../../../src/core/monitor/monitor-spec.ts';
import { cronProblem, dueSlots, nextSlot, type Schedule } from '../../../src/core/time/schedule.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/core/time/window.ts';
import { planRun } from '../../../src/services/monitors/run-monitor.ts';

const START = Date.UTC(2026, 0, 5);
const EVERY_MINUTE: Schedule = { kind: 'cron', expression: '* * * * *', zone: 'UTC' };

const inBerlin = (expression: string): Schedule => ({ kind: 'cron', expression, zone: 'Europe/Berlin' });

/** The next slots after a moment, as `MM-DDTHH:MM` in UTC. */
function slotsAfter(schedule: Schedule, from: string, count: number): string[] {
  let ms = Date.parse(from);
  return Array.from({ length: count }, () => {
    ms = nextSlot(schedule, ms);
    return new Date(ms).toISOString().slice(5, 16);
  });
}

const scheduleArb: fc.Arbitrary<Schedule> = fc.oneof(
  fc.integer({ min: 60, max: 7_200 }).map((seconds): Schedule => ({ kind: 'interval', everyMs: seconds * 1_000 })),
  fc
    .constantFrom('* * * * *', '*/5 * * * *', '7,31 * * * *', '0 */3 * * *', '30 2 * * *', '0 0 * * 1')
    .map((expression): Schedule => inBerlin(expression)),
);

describe('nextSlot', () => {
  it('an interval counts from the epoch, and its slot is strictly after', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: MINUTE_MS, max: 30 * DAY_MS }),
        fc.integer({ min: 0, max: 4e12 }),
        (everyMs, ms) => {
          const next = nextSlot({ kind: 'interval', everyMs }, ms);
          expect(next % everyMs).toBe(0);
          expect(next > ms && next - ms <= everyMs).toBe(true);
        },
      ),
    );
  });

  it('a slot of any schedule is strictly after, and none lies between', () => {
    fc.assert(
      fc.property(
        scheduleArb,
        fc.nat(365 * DAY_MS),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (schedule, ms, share) => {
          const afterMs = START + ms;
          const next = nextSlot(schedule, afterMs);
          expect(next).toBeGreaterThan(afterMs);
          expect(nextSlot(schedule, next - 1)).toBe(next);
          expect(nextSlot(schedule, afterMs + Math.floor((next - 1 - afterMs) * share))).toBe(next);
          expect(nextSlot(schedule, next)).toBeGreaterThan(next);
        },
      ),
    );
  });

  it('goes by the clock of the zone', () => {
    expect(slotsAfter(inBerlin('0 9 * * 1-5'), '2026-01-09T07:59:59.999Z', 2)).toEqual(['01-09T08:00', '01-12T08:00']);
    expect(slotsAfter(inBerlin('0 9 * * *'), '2026-07-09T00:00Z', 1)).toEqual(['07-09T07:00']);
  });

  it('once a day is once on the days on which the clocks change', () => {
    const daily = inBerlin('30 2 * * *');
    expect(slotsAfter(daily, '2026-03-27T12:00Z', 4)).toEqual([
      '03-28T01:30',
      '03-29T01:00',
      '03-30T00:30',
      '03-31T00:30',
    ]);
    expect(slotsAfter(daily, '2026-10-23T12:00Z', 4)).toEqual([
      '10-24T00:30',
      '10-25T00:30',
      '10-26T01:30',
      '10-27T01:30',
    ]);
  });

  it('every half hour goes on through the hour that comes twice and the one that does not come', () => {
    const often = inBerlin('*/30 * * * *');
    const autumn = ['10-24T23:30', '10-25T00:00', '10-25T00:30', '10-25T01:00', '10-25T01:30', '10-25T02:00'];
    expect(slotsAfter(often, '2026-10-24T23:00Z', 6)).toEqual(autumn);
    expect(slotsAfter(often, '2026-03-29T00:00Z', 4)).toEqual([
      '03-29T00:30',
      '03-29T01:00',
      '03-29T01:30',
      '03-29T02:00',
    ]);
  });

  it('one that never comes true again is refused', () => {
    const never: Schedule = { kind: 'cron', expression: '0 0 31 2 *', zone: 'UTC' };
    expect(() => nextSlot(never, START)).toThrow('never comes true again');
  });
});

describe('cronProblem', () => {
  it.each(['* * * * *', '*/5 * * * *', '0 9 * * MON-FRI', '0 0 1 1 *', '0 0 29 2 *'])('%s is fine', (expression) => {
    expect(cronProblem(expression, 'Europe/Berlin')).toBeUndefined();
  });

  it.each([
    '',
    'x',
    '* * * *',
    '* * * * * *',
    '60 * * * *',
    '* 24 * * *',
    '* * 0 * *',
    '* * * 13 *',
    '@daily2',
    '0 0 31 2 *',
  ])('%j is not', (expression) => expect(cronProblem(expression, 'UTC')).toEqual(expect.any(String)));
});

describe('dueSlots', () => {
  it('counts what nextSlot goes through', () => {
    fc.assert(
      fc.property(scheduleArb, fc.nat(365 * DAY_MS), fc.nat(12 * HOUR_MS), (schedule, ms, laterMs) => {
        const firstMs = nextSlot(schedule, START + ms);
        const nowMs = firstMs + laterMs;
        let [lastMs, count] = [firstMs, 1];
        for (let next = nextSlot(schedule, firstMs); next <= nowMs; next = nextSlot(schedule, next)) {
          lastMs = next;
          count++;
        }
        expect(dueSlots(schedule, firstMs, nowMs)).toEqual({ lastMs, count });
      }),
      { numRuns: 40 },
    );
  });

  it.each([0, 59_999])('beyond 10,000 the last one is still the last, %s ms after it', (lateMs) => {
    for (const [slots, count] of [
      [9_999, 9_999],
      [10_000, 10_000],
      [10_001, 10_000],
      [25_000, 10_000],
    ] as const) {
      const lastMs = START + (slots - 1) * MINUTE_MS;
      expect(dueSlots(EVERY_MINUTE, START, lastMs + lateMs)).toEqual({ lastMs, count });
    }
  });

  it('an interval is counted however long it was missed', () => {
    const hourly: Schedule = { kind: 'interval', everyMs: HOUR_MS };
    expect(dueSlots(hourly, START, START + 20_000 * HOUR_MS - 1)).toEqual({
      lastMs: START + 19_999 * HOUR_MS,
      count: 20_000,
    });
  });
});

function specOf(schedule: Schedule, catchup: MonitorSpec['catchup'], delayMs = 10_000): MonitorSpec {
  const document = { name: 'm', stream: { service: 's', endpoint: 'e' }, window: '1h', every: '1h' };
  return { ...readSpec(document), schedule, catchup, delayMs };
}

interface Played {
  readonly run: number[];
  readonly skipped: number[];
  readonly nextSlotMs: number;
}

/** Looks for what is due at each of some moments, as often as there is something. */
function playTicks(spec: MonitorSpec, firstMs: number, ticks: readonly number[]): Played {
  const [run, skipped]: number[][] = [[], []];
  let nextSlotMs = firstMs;
  for (const nowMs of ticks) {
    while (nextSlotMs + spec.delayMs <= nowMs) {
      const plan = planRun(spec, nextSlotMs, nowMs);
      if (plan.skipped !== undefined) {
        let slotMs = plan.skipped.fromMs;
        for (let i = 0; i < plan.skipped.slots; i++) {
          skipped?.push(slotMs);
          slotMs = nextSlot(spec.schedule, slotMs);
        }
      }
      if (plan.slotMs !== undefined) run?.push(plan.slotMs);
      expect(plan.nextSlotMs).toBeGreaterThan(nextSlotMs);
      nextSlotMs = plan.nextSlotMs;
    }
  }
  return { run: run ?? [], skipped: skipped ?? [], nextSlotMs };
}

const ticksArb = fc
  .array(fc.oneof(fc.integer({ min: 1, max: 90_000 }), fc.integer({ min: 1, max: 3 * HOUR_MS })), {
    minLength: 1,
    maxLength: 12,
  })
  .map((gaps) => {
    let ms = 0;
    return gaps.map((gap) => {
      ms += gap;
      return ms;
    });
  });

const catchupArb = fc.constantFrom('last' as const, 'all' as const, 'none' as const);
const delayArb = fc.integer({ min: 1_000, max: 20 * MINUTE_MS });

describe('planRun', () => {
  it('every slot is run or skipped, once, whenever somebody looks', () => {
    fc.assert(
      fc.property(
        scheduleArb,
        catchupArb,
        delayArb,
        fc.nat(365 * DAY_MS),
        ticksArb,
        (schedule, catchup, delayMs, ms, gaps) => {
          const firstMs = nextSlot(schedule, START + ms);
          const ticks = gaps.map((gap) => START + ms + gap);
          const { run, skipped, nextSlotMs } = playTicks(specOf(schedule, catchup, delayMs), firstMs, ticks);
          const all: number[] = [];
          const endMs = (ticks.at(-1) ?? 0) - delayMs;
          for (let slot = firstMs; slot <= endMs; slot = nextSlot(schedule, slot)) all.push(slot);
          expect([...run, ...skipped].sort((a, b) => a - b)).toEqual(all);
          expect(run).toEqual([...run].sort((a, b) => a - b));
          expect(nextSlotMs).toBe(all.length === 0 ? firstMs : nextSlot(schedule, all.at(-1) ?? 0));
          if (catchup === 'all') expect(skipped).toEqual([]);
        },
      ),
      { numRuns: 40 },
    );
  });

  const hourly: Schedule = { kind: 'interval', everyMs: HOUR_MS };
  const late = (hours: number, ms = 0) => START + hours * HOUR_MS + 10_000 + ms;

  it('last: runs the last one, and lets those before it go', () => {
    expect(planRun(specOf(hourly, 'last'), START, late(3))).toEqual({
      slotMs: START + 3 * HOUR_MS,
      skipped: { fromMs: START, slots: 3 },
      nextSlotMs: START + 4 * HOUR_MS,
    });
    expect(planRun(specOf(hourly, 'last'), START, late(0)).skipped).toBeUndefined();
  });

  it('all: runs them one by one', () => {
    const { run, skipped } = playTicks(specOf(hourly, 'all'), START, [late(2)]);
    expect({ run, skipped }).toEqual({ run: [0, 1, 2].map((hours) => START + hours * HOUR_MS), skipped: [] });
  });

  it('none: runs one that is due now, and lets go what is more than a minute late', () => {
    const none = specOf(hourly, 'none');
    const [slotMs, nextSlotMs] = [START + 2 * HOUR_MS, START + 3 * HOUR_MS];
    expect(planRun(none, START, late(2, MINUTE_MS))).toEqual({
      slotMs,
      skipped: { fromMs: START, slots: 2 },
      nextSlotMs,
    });
    expect(planRun(none, START, late(2, MINUTE_MS + 1))).toEqual({
      slotMs: undefined,
      skipped: { fromMs: START, slots: 3 },
      nextSlotMs,
    });
  });

  it('waits for late events: what ends within the delay is not due', () => {
    expect(planRun(specOf(hourly, 'last', 20 * MINUTE_MS), START, START + HOUR_MS + 20 * MINUTE_MS - 1)).toEqual({
      slotMs: START,
      skipped: undefined,
      nextSlotMs: START + HOUR_MS,
    });
  });
});
