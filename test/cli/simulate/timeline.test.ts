import { describe, expect, test } from 'vitest';
import { Timeline } from '../../../src/cli/simulate/timeline.ts';
import type { Incident } from '../../../src/core/incident/incident.ts';
import { HOUR_MS, WEEK_MS } from '../../../src/core/time/window.ts';
import type { TimelineEntry } from '../../../src/simulation.ts';
import { fakeTerminal } from '../fake-terminal.ts';

const START_MS = Date.UTC(2026, 0, 5);
const CHECK = {
  check: 'amount_ks',
  feature: 'amount',
  text: 'median 1 → 2',
  severity: 'warning',
  strength: 2,
} as const;

type Reason = 'first_failure' | 'opened' | 'first_pass' | 'resolved' | 'reopened';
const STATES = {
  first_failure: 'pending',
  opened: 'firing',
  first_pass: 'recovering',
  resolved: 'resolved',
  reopened: 'firing',
} as const;

/** A run after some hours, with what became of incidents. */
function run(hours: number, changes: readonly (readonly [id: number, reason: Reason])[] = []): TimelineEntry {
  const changed = changes.map(([id, reason]) => ({
    id,
    group: 'all',
    incident: { failing: [CHECK] } as unknown as Incident,
    change: { from: null, to: STATES[reason], reason },
  }));
  const atMs = START_MS + hours * HOUR_MS;
  const outcome = { status: 'done', slotMs: atMs, evaluation: undefined, failure: undefined, changed } as const;
  return { kind: 'run', atMs, monitor: 'pay', outcome: { ...outcome, hasNotified: false } };
}

function timelineOf(entries: readonly TimelineEntry[], isJson = false) {
  const terminal = fakeTerminal();
  const timeline = new Timeline(terminal, isJson);
  for (const entry of entries) timeline.add(entry);
  return { timeline, lines: terminal.lines };
}

const WEEK_HOURS = WEEK_MS / HOUR_MS;

describe('the summary of a simulation', () => {
  test('counts false incidents a week and the share of time with any incident open', () => {
    const { timeline } = timelineOf([
      run(0),
      run(10, [[1, 'first_failure']]),
      run(11, [[1, 'opened']]),
      run(12, [[2, 'opened']]),
      run(20, [[1, 'resolved']]),
      run(21, [[2, 'first_pass']]),
      run(27, [[2, 'resolved']]),
      run(WEEK_HOURS - 16, [[1, 'reopened']]),
      run(WEEK_HOURS),
    ]);
    expect(timeline.summary(HOUR_MS)).toMatchObject({
      runs: 9,
      opened: 2,
      reopened: 1,
      resolved: 2,
      weeks: 1,
      false_incidents: 3,
      false_incidents_per_week: 3,
      drifts: [],
    });
    expect(timeline.summary(HOUR_MS).share_open).toBeCloseTo((27 - 11 + 16) / WEEK_HOURS, 10);
  });

  test('what opens in a planted drift is no false incident, and says how long it took', () => {
    const { timeline } = timelineOf([run(0), run(50, [[1, 'opened']]), run(WEEK_HOURS)]);
    const drift = (from: number, to: number) => ({
      startMs: START_MS + from * HOUR_MS,
      endMs: START_MS + to * HOUR_MS,
    });
    timeline.expectDrift(drift(48, 54));
    timeline.expectDrift(drift(100, 106));
    const summary = timeline.summary(HOUR_MS);
    expect(summary.false_incidents).toBe(0);
    expect(summary.drifts.map(({ delay_seconds: delay }) => delay)).toEqual([2 * 3600, null]);
    expect(summary.drifts[0]?.opened).toBe('2026-01-07T02:00:00.000Z');
  });

  test('nothing ran: there is no rate', () => {
    const { timeline } = timelineOf([]);
    expect(timeline.summary(HOUR_MS)).toMatchObject({ weeks: 0, false_incidents_per_week: null, share_open: null });
  });
});

test('with --json each change is a line of JSON', () => {
  const { lines } = timelineOf([run(1, [[7, 'opened']])], true);
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    {
      time: '2026-01-05T01:00:00.000Z',
      kind: 'incident',
      incident: 7,
      monitor: 'pay',
      group: 'all',
      from: null,
      to: 'firing',
      reason: 'opened',
      checks: [{ check: 'amount_ks', severity: 'warning', text: 'median 1 → 2' }],
    },
  ]);
});
