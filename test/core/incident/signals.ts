import fc from 'fast-check';
import type { FailingCheck } from '../../../src/core/incident/failing-check.ts';
import type { Incident } from '../../../src/core/incident/incident.ts';
import { SEVERITIES, type Severity } from '../../../src/core/incident/severity.ts';
import type { Signal } from '../../../src/core/incident/signal.ts';
import { type Stepped, type StepRules, step } from '../../../src/core/incident/step.ts';
import { HOUR_MS, MINUTE_MS } from '../../../src/core/time/window.ts';

export const START = Date.UTC(2026, 4, 4, 12);

export const RULES: StepRules = { openAfter: 2, closeAfter: 2, dedupWindowMs: HOUR_MS };

export function failing(check: string, severity: Severity = 'warning'): FailingCheck {
  return { check, feature: `f.${check}`, text: `${check} fails`, severity, strength: 1 };
}

/** One of a window that ended so many minutes after START. */
export function signal(verdict: Signal['verdict'], minute: number, changed: Partial<Signal> = {}): Signal {
  const checks = verdict === 'fail' ? [failing('a_ks')] : [];
  return {
    verdict,
    slotMs: START + minute * MINUTE_MS,
    windowMs: 10 * MINUTE_MS,
    isEvident: false,
    failing: checks,
    ...changed,
  };
}

/** Windows one after the other: `f` fails, `p` passes, `?` cannot say. */
export function word(letters: string, minutesApart = 10): Signal[] {
  const verdicts: Readonly<Record<string, Signal['verdict']>> = { f: 'fail', p: 'pass', '?': 'unknown' };
  return [...letters].map((letter, i) => signal(verdicts[letter] ?? 'unknown', (i + 1) * minutesApart));
}

export interface Taken extends Stepped {
  readonly before: Incident | undefined;
  readonly signal: Signal;
}

/** Each step of a life. */
export function live(signals: readonly Signal[], rules: StepRules, from?: Incident): Taken[] {
  let incident = from;
  return signals.map((each) => {
    const before = incident;
    const stepped = step(before, each, rules);
    incident = stepped.incident;
    return { ...stepped, before, signal: each };
  });
}

export function endOf(signals: readonly Signal[], rules: StepRules = RULES): Incident {
  const incident = live(signals, rules).at(-1)?.incident;
  if (incident === undefined) throw new Error('no incident');
  return incident;
}

export const rulesArb: fc.Arbitrary<StepRules> = fc.record({
  openAfter: fc.integer({ min: 1, max: 4 }),
  closeAfter: fc.integer({ min: 1, max: 3 }),
  dedupWindowMs: fc.integer({ min: 1, max: 90 }).map((minutes) => minutes * MINUTE_MS),
});

const failingArb = fc
  .uniqueArray(fc.tuple(fc.constantFrom('a_ks', 'b_psi', 'c_missing', 'd_ks'), fc.constantFrom(...SEVERITIES)), {
    selector: ([check]) => check,
    minLength: 1,
  })
  .map((checks) => checks.map(([check, severity]) => failing(check, severity)));

/** Windows that overlap, touch or stand apart; now and then one that was seen before or comes too late. */
export const signalsArb: fc.Arbitrary<Signal[]> = fc
  .array(
    fc.record({
      verdict: fc.constantFrom('fail', 'fail', 'fail', 'pass', 'pass', 'unknown'),
      apart: fc.oneof(
        { arbitrary: fc.integer({ min: 1, max: 12 }), weight: 8 },
        { arbitrary: fc.integer({ min: -15, max: 0 }), weight: 1 },
        { arbitrary: fc.integer({ min: 60, max: 120 }), weight: 1 },
      ),
      window: fc.constantFrom(5, 10, 20),
      isEvident: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
      failing: failingArb,
    }),
    { maxLength: 60, size: 'max' },
  )
  .map((steps) => {
    let minute = 0;
    return steps.map(({ verdict, apart, window, isEvident, failing: checks }) => {
      minute += apart;
      return signal(verdict as Signal['verdict'], minute, {
        windowMs: window * MINUTE_MS,
        isEvident: isEvident && verdict === 'fail',
        failing: verdict === 'fail' ? checks : [],
      });
    });
  });
