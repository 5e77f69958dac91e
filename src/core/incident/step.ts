import { severityOf } from './failing-check.ts';
import type { Change, ChangeReason, Incident } from './incident.ts';
import type { Signal } from './signal.ts';

/** When an incident opens, closes and joins the one before. */
export interface StepRules {
  /** Failing windows in a row, none overlapping the other, until it fires. */
  readonly openAfter: number;
  /** Passing windows in a row until it is resolved; more once it flaps. */
  readonly closeAfter: number;
  /** Fails again within this time of its end: the same incident, not a new one. */
  readonly dedupWindowMs: number;
}

export interface Stepped {
  /** Undefined: there is no incident, or it was none after all. */
  readonly incident: Incident | undefined;
  readonly change: Change | undefined;
}

/** One that flaps must stay calm for up to this many times as long. */
const MOST_PATIENCE = 4;

/**
 * The one transition function. Pure: the same incident and signal give the same answer.
 *
 * none → pending → firing ⇄ recovering → resolved; pending → none when a window passes before it fires. Failing windows count only
 * when they do not overlap the last one that counted (they share events, so one chance fluctuation would count many times), unless what
 * fails is a fact about the events themselves. A window that cannot say moves nothing. A window already seen moves nothing.
 *
 * @param incident - the open one of this group, or the last resolved one, if any
 */
export function step(incident: Incident | undefined, signal: Signal, rules: StepRules): Stepped {
  if (incident !== undefined && signal.slotMs <= incident.lastSlotMs) return { incident, change: undefined };
  if (signal.verdict === 'unknown') return { incident, change: undefined };
  return signal.verdict === 'fail' ? fail(incident, signal, rules) : pass(incident, signal, rules);
}

function fail(incident: Incident | undefined, signal: Signal, rules: StepRules): Stepped {
  const before = isLive(incident, signal, rules) ? incident : undefined;
  const failed = count(before ?? fresh(signal), signal, before === undefined);
  switch (before?.state) {
    case 'firing':
      return severityChange(before, failed);
    case 'recovering':
      return moved(before, { ...failed, state: 'firing' }, 'relapsed');
    default:
      return open(before, failed, signal, rules);
  }
}

/** A resolved incident is over for good once the dedup window has passed. */
function isLive(incident: Incident | undefined, signal: Signal, rules: StepRules): incident is Incident {
  if (incident === undefined || incident.state !== 'resolved') return incident !== undefined;
  return signal.slotMs - (incident.resolvedAtMs ?? 0) <= rules.dedupWindowMs;
}

function fresh(signal: Signal): Incident {
  return {
    state: 'pending',
    severity: severityOf(signal.failing),
    failing: signal.failing,
    counted: [],
    steady: [],
    failures: 0,
    passes: 0,
    countedSlotMs: 0,
    lastSlotMs: signal.slotMs,
    startedAtMs: signal.slotMs - signal.windowMs,
    openedAtMs: null,
    resolvedAtMs: null,
    flaps: 0,
  };
}

function count(incident: Incident, signal: Signal, isFirst: boolean): Incident {
  const isApart = isFirst || signal.isEvident || signal.slotMs - signal.windowMs >= incident.countedSlotMs;
  const checks = signal.failing.map(({ check }) => check);
  const before = new Set(isApart ? incident.counted : incident.steady);
  return {
    ...incident,
    severity: severityOf(signal.failing),
    failing: signal.failing,
    counted: isApart ? checks : incident.counted,
    steady: checks.filter((check) => before.has(check)),
    failures: incident.failures + (isApart ? 1 : 0),
    passes: 0,
    countedSlotMs: isApart ? signal.slotMs : incident.countedSlotMs,
    lastSlotMs: signal.slotMs,
  };
}

/** From nothing, from pending, or from a resolved one that comes back. */
function open(before: Incident | undefined, failed: Incident, signal: Signal, rules: StepRules): Stepped {
  const again = before?.state === 'resolved' ? { ...failed, failures: 1, countedSlotMs: signal.slotMs } : failed;
  if (again.failures < rules.openAfter) {
    const pending: Incident = { ...again, state: 'pending' };
    return before?.state === 'pending'
      ? { incident: pending, change: undefined }
      : moved(before, pending, 'first_failure');
  }
  const hasFired = again.openedAtMs !== null;
  const firing: Incident = {
    ...again,
    state: 'firing',
    openedAtMs: again.openedAtMs ?? signal.slotMs,
    resolvedAtMs: null,
    flaps: again.flaps + (hasFired ? 1 : 0),
  };
  return moved(before, firing, hasFired ? 'reopened' : 'opened');
}

function severityChange(before: Incident, failed: Incident): Stepped {
  if (before.severity === failed.severity) return { incident: failed, change: undefined };
  return moved(before, failed, 'severity_changed');
}

function pass(incident: Incident | undefined, signal: Signal, rules: StepRules): Stepped {
  if (incident === undefined || incident.state === 'resolved') return { incident, change: undefined };
  const passed: Incident = { ...incident, failures: 0, passes: incident.passes + 1, lastSlotMs: signal.slotMs };
  if (incident.state === 'pending') return clear(incident, passed);
  const patience = rules.closeAfter * Math.min(1 + incident.flaps, MOST_PATIENCE);
  if (passed.passes >= patience) {
    return moved(incident, { ...passed, state: 'resolved', resolvedAtMs: signal.slotMs }, 'resolved');
  }
  if (incident.state === 'recovering') return { incident: passed, change: undefined };
  return moved(incident, { ...passed, state: 'recovering' }, 'first_pass');
}

/** What never fired leaves no trace; what came back and did not stay is as resolved as it was. */
function clear(before: Incident, passed: Incident): Stepped {
  if (before.openedAtMs !== null) return moved(before, { ...passed, state: 'resolved' }, 'cleared');
  return { incident: undefined, change: { from: 'pending', to: null, reason: 'cleared' } };
}

function moved(before: Incident | undefined, incident: Incident, reason: ChangeReason): Stepped {
  return { incident, change: { from: before?.state ?? null, to: incident.state, reason } };
}
