import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Incident } from '../../../src/core/incident/incident.ts';
import { compareSeverity } from '../../../src/core/incident/severity.ts';
import type { Signal } from '../../../src/core/incident/signal.ts';
import { step } from '../../../src/core/incident/step.ts';
import { HOUR_MS, MINUTE_MS } from '../../../src/core/time/window.ts';
import { endOf, failing, live, RULES, rulesArb, START, signal, signalsArb, type Taken, word } from './signals.ts';

const MOVES = new Set([
  'null→pending first_failure',
  'null→firing opened',
  'pending→null cleared',
  'pending→resolved cleared',
  'pending→firing opened',
  'pending→firing reopened',
  'firing→recovering first_pass',
  'firing→resolved resolved',
  'firing→firing severity_changed',
  'recovering→firing relapsed',
  'recovering→resolved resolved',
  'resolved→pending first_failure',
  'resolved→firing reopened',
]);

/** Whether a signal may move anything at all. */
function counts({ before, signal: { verdict, slotMs } }: Taken): boolean {
  return verdict !== 'unknown' && (before === undefined || slotMs > before.lastSlotMs);
}

/** The most failing windows, one after the other, of which each is a fact or begins after the one before has ended. */
function longestChain(run: readonly Signal[]): number {
  const best: number[] = [];
  run.forEach((later, i) => {
    const earlier = run.slice(0, i).map((each, j) => {
      return later.isEvident || later.slotMs - later.windowMs >= each.slotMs ? (best[j] ?? 0) : 0;
    });
    best.push(1 + Math.max(0, ...earlier));
  });
  return Math.max(0, ...best);
}

describe('step', () => {
  it('moves only where the states lead, and says from where to where', () => {
    fc.assert(
      fc.property(signalsArb, rulesArb, (signals, rules) => {
        for (const { before, incident, change } of live(signals, rules)) {
          if (change === undefined) {
            expect(incident?.state).toBe(before?.state);
            continue;
          }
          expect(MOVES).toContain(`${change.from}→${change.to} ${change.reason}`);
          expect(change.to).toBe(incident?.state ?? null);
          const isNew = before === undefined || (before.state === 'resolved' && change.from === null);
          expect(change.from).toBe(isNew ? null : before.state);
          expect(change.from !== change.to || change.reason === 'severity_changed').toBe(true);
        }
      }),
    );
  });

  it('opens exactly when enough windows in a row have failed that share no events, or are facts', () => {
    fc.assert(
      fc.property(signalsArb, rulesArb, (signals, rules) => {
        let run: Signal[] = [];
        for (const taken of live(signals, rules)) {
          if (!counts(taken)) continue;
          run = taken.signal.verdict === 'fail' ? [...run, taken.signal] : [];
          const isShut = taken.before?.state !== 'firing' && taken.before?.state !== 'recovering';
          const opens = isShut && run.length > 0 && longestChain(run) >= rules.openAfter;
          expect(['opened', 'reopened'].includes(taken.change?.reason ?? '')).toBe(opens);
        }
      }),
    );
  });

  it('resolves exactly when it was calm for long enough, and for longer the more it flaps', () => {
    fc.assert(
      fc.property(signalsArb, rulesArb, (signals, rules) => {
        let [passes, flaps] = [0, 0];
        for (const taken of live(signals, rules)) {
          if (!counts(taken)) continue;
          passes = taken.signal.verdict === 'pass' ? passes + 1 : 0;
          if (taken.change?.from === null) flaps = 0;
          if (taken.change?.reason === 'reopened') flaps++;
          const isOpen = taken.before?.state === 'firing' || taken.before?.state === 'recovering';
          const isCalm = isOpen && passes === rules.closeAfter * Math.min(1 + flaps, 4);
          expect(taken.change?.reason === 'resolved').toBe(isCalm);
          if (taken.incident !== undefined) expect(taken.incident.flaps).toBe(flaps);
        }
      }),
    );
  });

  it('within the dedup window it is the same incident, after it a new one', () => {
    fc.assert(
      fc.property(signalsArb, rulesArb, (signals, rules) => {
        for (const { before, incident, change, signal: now } of live(signals, rules)) {
          if (before?.state !== 'resolved' || change === undefined) continue;
          const isSame = now.slotMs - (before.resolvedAtMs ?? 0) <= rules.dedupWindowMs;
          expect(change.from).toBe(isSame ? 'resolved' : null);
          expect(incident?.startedAtMs).toBe(isSame ? before.startedAtMs : now.slotMs - now.windowMs);
          expect(incident?.openedAtMs === before.openedAtMs).toBe(isSame);
        }
      }),
    );
  });

  it('is moved by no window that cannot say, was seen or comes out of order', () => {
    fc.assert(
      fc.property(signalsArb, rulesArb, fc.nat(60 * 60_000), (signals, rules, lateMs) => {
        for (const { incident } of live(signals, rules)) {
          if (incident === undefined) continue;
          const next = incident.lastSlotMs + MINUTE_MS;
          expect(step(incident, signal('unknown', 0, { slotMs: next }), rules)).toEqual({
            incident,
            change: undefined,
          });
          for (const verdict of ['fail', 'pass'] as const) {
            const late = signal(verdict, 0, { slotMs: incident.lastSlotMs - lateMs, isEvident: verdict === 'fail' });
            expect(step(incident, late, rules)).toEqual({ incident, change: undefined });
          }
        }
      }),
    );
  });

  it('every window taken in twice changes nothing', () => {
    fc.assert(
      fc.property(signalsArb, rulesArb, (signals, rules) => {
        const once = live(signals, rules);
        const twice = live(
          signals.flatMap((each) => [each, each]),
          rules,
        );
        // Without an incident there is nothing that could remember the window.
        for (const taken of twice.filter((_, i) => i % 2 === 1)) {
          if (taken.before !== undefined) expect(taken.change).toBeUndefined();
        }
        expect(twice.at(-1)?.incident).toEqual(once.at(-1)?.incident);
      }),
    );
  });

  it('goes on from what was written down as from what it was', () => {
    fc.assert(
      fc.property(signalsArb, rulesArb, fc.nat(60), (signals, rules, cut) => {
        const whole = live(signals, rules);
        const kept = whole.slice(0, cut).at(-1)?.incident;
        const written = kept && (JSON.parse(JSON.stringify(kept)) as Incident);
        expect(written).toEqual(kept);
        const rest = live(signals.slice(cut), rules, written);
        expect(rest.map(({ incident, change }) => ({ incident, change }))).toEqual(
          whole.slice(cut).map(({ incident, change }) => ({ incident, change })),
        );
      }),
    );
  });

  it('leaves what it is given as it was', () => {
    fc.assert(
      fc.property(signalsArb, rulesArb, (signals, rules) => {
        for (const { before, signal: each } of live(signals, rules)) {
          const asIs = JSON.stringify([before, each]);
          expect(step(before, each, rules)).toEqual(step(before, each, rules));
          expect(JSON.stringify([before, each])).toBe(asIs);
        }
      }),
    );
  });

  it('has the last failing window, and when it was seen', () => {
    fc.assert(
      fc.property(signalsArb, rulesArb, (signals, rules) => {
        for (const { incident, signal: now, ...taken } of live(signals, rules)) {
          if (incident === undefined || !counts({ incident, signal: now, ...taken })) continue;
          expect(incident.openedAtMs === null || incident.state !== 'pending' || incident.resolvedAtMs !== null).toBe(
            true,
          );
          expect(incident.startedAtMs).toBeLessThan(incident.lastSlotMs);
          expect(
            (incident.state === 'firing' || incident.state === 'recovering') && incident.resolvedAtMs !== null,
          ).toBe(false);
          if (now.verdict !== 'fail') continue;
          expect(incident).toMatchObject({ failing: now.failing, lastSlotMs: now.slotMs, passes: 0 });
          for (const { severity } of now.failing) {
            expect(compareSeverity(incident.severity, severity)).toBeGreaterThanOrEqual(0);
          }
        }
      }),
    );
  });
});

const statesOf = (letters: string, rules = RULES, apart?: number) =>
  live(word(letters, apart), rules).map(({ incident }) => incident?.state ?? 'none');

describe('an incident', () => {
  it('lives as it should', () => {
    expect(statesOf('pffpfpp')).toEqual([
      'none',
      'pending',
      'firing',
      'recovering',
      'firing',
      'recovering',
      'resolved',
    ]);
  });

  it('a window that passes before it fires starts again', () => {
    expect(statesOf('fpfpff')).toEqual(['pending', 'none', 'pending', 'none', 'pending', 'firing']);
  });

  it('a window that cannot say neither opens, nor clears, nor resolves', () => {
    expect(statesOf('f??f')).toEqual(['pending', 'pending', 'pending', 'firing']);
    expect(statesOf('ffp??p')).toEqual(['pending', 'firing', 'recovering', 'recovering', 'recovering', 'resolved']);
    expect(statesOf('??')).toEqual(['none', 'none']);
  });

  it('windows that overlap count once, windows that touch count both', () => {
    expect(statesOf('fff', RULES, 9)).toEqual(['pending', 'pending', 'firing']);
    expect(statesOf('fff', RULES, 5)).toEqual(['pending', 'pending', 'firing']);
    expect(statesOf('fff', RULES, 4)).toEqual(['pending', 'pending', 'pending']);
    expect(statesOf('ff', RULES, 10)).toEqual(['pending', 'firing']);
  });

  it('a fact counts however much its window overlaps', () => {
    const facts = word('ff', 1).map((each) => ({ ...each, isEvident: true }));
    expect(endOf(facts).state).toBe('firing');
  });

  it('a fact beside drift does not make the drift after it count twice', () => {
    const [first, second, third] = word('fff', 1) as [Signal, Signal, Signal];
    const rules = { ...RULES, openAfter: 3 };
    expect(endOf([first, { ...second, isEvident: true }, third], rules)).toMatchObject({
      state: 'pending',
      failures: 2,
    });
  });

  it('opens and resolves at the ends of the windows, and begins where the first failing one began', () => {
    expect(endOf(word('ffpp'))).toMatchObject({
      state: 'resolved',
      startedAtMs: START,
      openedAtMs: START + 20 * MINUTE_MS,
      resolvedAtMs: START + 40 * MINUTE_MS,
      passes: 2,
      failures: 0,
    });
  });

  it('one that came back for less than it takes is as resolved as it was', () => {
    const before = endOf(word('ffpp'));
    const after = endOf(word('ffppfp'));
    expect(after).toMatchObject({ state: 'resolved', resolvedAtMs: before.resolvedAtMs, flaps: 0 });
  });

  it('the dedup window counts from its end, and its border is within', () => {
    const rules = { openAfter: 1, closeAfter: 1, dedupWindowMs: HOUR_MS };
    const resolved = endOf(word('fp'), rules);
    const at = (slotMs: number) => step(resolved, signal('fail', 0, { slotMs }), rules);
    const endMs = (resolved.resolvedAtMs ?? 0) + HOUR_MS;
    expect(at(endMs).change).toEqual({ from: 'resolved', to: 'firing', reason: 'reopened' });
    expect(at(endMs).incident).toMatchObject({ flaps: 1, resolvedAtMs: null });
    expect(at(endMs + 1).change).toEqual({ from: null, to: 'firing', reason: 'opened' });
    expect(at(endMs + 1).incident).toMatchObject({ flaps: 0, openedAtMs: endMs + 1 });
  });

  it('after its end the first failing window counts, however much it overlaps the last one', () => {
    const rules = { openAfter: 1, closeAfter: 1, dedupWindowMs: HOUR_MS };
    expect(statesOf('fpf', rules, 1)).toEqual(['firing', 'resolved', 'firing']);
    expect(endOf(word('fpff', 1), { ...rules, openAfter: 2 })).toMatchObject({ state: 'pending', failures: 1 });
  });

  it('one that flaps needs twice, three times, four times the calm, and never more', () => {
    const rules = { openAfter: 1, closeAfter: 2, dedupWindowMs: 24 * HOUR_MS };
    const calm = [2, 4, 6, 8, 8, 8].map((passes) => `f${'p'.repeat(passes)}`).join('');
    const ends = live(word(calm), rules).flatMap(({ change }, i) => (change?.reason === 'resolved' ? [i] : []));
    expect(ends).toEqual([2, 7, 14, 23, 32, 41]);
  });

  it('a check is steady once it fails in two failing windows, that do not overlap, whatever passed between', () => {
    const both = { failing: [failing('b_ks'), failing('a_ks')] };
    const steadyOf = (letters: string) => {
      const signals = word(letters).map((each) => (each.verdict === 'fail' ? { ...each, ...both } : each));
      return endOf([signal('fail', 0), ...signals]).steady;
    };
    expect(endOf(word('f')).steady).toEqual([]);
    expect(endOf(word('ff')).steady).toEqual(['a_ks']);
    expect(steadyOf('f')).toEqual(['a_ks']);
    expect(steadyOf('ff')).toEqual(['b_ks', 'a_ks']);
    expect(steadyOf('ffpf')).toEqual(['b_ks', 'a_ks']);
  });

  it('says when it becomes worse or milder', () => {
    const worse = signal('fail', 30, { failing: [failing('a_ks', 'critical'), failing('b_ks', 'info')] });
    const [, , third, fourth] = live([...word('ff'), worse, signal('fail', 40)], RULES);
    expect(third?.change).toEqual({ from: 'firing', to: 'firing', reason: 'severity_changed' });
    expect(third?.incident?.severity).toBe('critical');
    expect(fourth?.change?.reason).toBe('severity_changed');
    expect(fourth?.incident?.severity).toBe('warning');
  });
});
