import { distributionChecks, QUALITY_TESTS } from '../drift/aggregate.ts';
import type { Check } from '../drift/check.ts';
import type { Evaluation } from '../evaluation/evaluation.ts';
import { type FailingCheck, failingChecks, type SeverityRules } from './failing-check.ts';

/** What one window says to one incident. */
export interface Signal {
  /** `unknown` moves nothing: a window without events, or one with too few events. */
  readonly verdict: 'fail' | 'pass' | 'unknown';
  /** The end of the window. */
  readonly slotMs: number;
  readonly windowMs: number;
  /** What fails is a fact about these events, not an inference from them: overlapping windows count too. */
  readonly isEvident: boolean;
  /** The most urgent first. */
  readonly failing: readonly FailingCheck[];
}

/** Incidents of a monitor are kept apart by group: all drift and service levels together, or a feature each; silence by itself. */
const ALL_GROUP = 'all';
export const NO_DATA_GROUP = 'no_data';

/** What shares an incident: everything that a monitor finds, or what it finds on one feature. */
export const GROUPINGS = ['monitor', 'feature'] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** How a monitor's incidents are kept apart, and how urgent their checks are. */
export interface SignalRules {
  readonly severity: SeverityRules;
  readonly groupBy: Grouping;
}

/** The groups with an open incident, and what each failed on last. */
export type OpenGroups = ReadonlyMap<string, readonly FailingCheck[]>;

/** What an evaluation says, by group. Groups that are open but no longer fail are the caller's to name: they pass. */
export function signalsOf(
  evaluation: Evaluation,
  { severity, groupBy }: SignalRules,
  open: OpenGroups,
): Map<string, Signal> {
  const { window } = evaluation;
  const base = { slotMs: window.endMs, windowMs: window.endMs - window.startMs };
  const signals = new Map<string, Signal>();
  if (severity.noData !== 'off') {
    const failing = failingChecks(evaluation.checks.filter(isSilence), severity);
    signals.set(NO_DATA_GROUP, { ...base, verdict: failing.length > 0 ? 'fail' : 'pass', isEvident: true, failing });
  }
  const counted = evaluation.checks.filter((check) => counts(check, evaluation));
  for (const group of groupsOf(groupBy, failingChecks(counted, severity), open)) {
    const ofGroup = counted.filter((check) => isOfGroup(check, group));
    const verdict = ofGroup.length > 0 ? 'fail' : calmOf(evaluation, group, open.get(group) ?? []);
    const isEvident = ofGroup.some((check) => check.isEvident);
    signals.set(group, { ...base, verdict, isEvident, failing: failingChecks(ofGroup, severity) });
  }
  return signals;
}

function groupsOf(groupBy: SignalRules['groupBy'], failing: readonly FailingCheck[], open: OpenGroups): Set<string> {
  if (groupBy === 'monitor') return new Set([ALL_GROUP]);
  const groups = new Set([...failing.map(({ check, feature }) => groupOf(check, feature)), ...open.keys()]);
  groups.delete(NO_DATA_GROUP);
  return groups;
}

function isSilence({ kind, verdict }: Check): boolean {
  return kind === 'volume' && verdict === 'fail';
}

/** Whether a check fails so that an incident is to know. A window without events fails by that alone. */
function counts({ kind, verdict, isEvident }: Check, { state }: Evaluation): boolean {
  if (verdict !== 'fail' || kind === 'volume' || state === 'no_data') return false;
  // Fewer features than the monitor's rule asks for do not make the whole drift.
  return kind === 'drift' ? state === 'drift' : isEvident;
}

/** A group that does not fail passes, unless its verdict is unknown. */
function calmOf(evaluation: Evaluation, group: string, failed: readonly FailingCheck[]): 'pass' | 'unknown' {
  const checks = evaluation.checks.filter((check) => isOfGroup(check, group));
  if (evaluation.samples === 0 || checks.some(isDoubtful)) return 'unknown';
  const asked = group === ALL_GROUP ? askedOf(checks, failed) : checks;
  // No longer compared: nothing else would ever end it.
  if (asked.length === 0) return 'pass';
  return distributionChecks(asked).some(({ verdict }) => verdict !== 'inconclusive') ? 'pass' : 'unknown';
}

/**
 * The checks that can end an incident of the whole: those it failed on. A drift of some distributions ends when any distribution can be
 * compared and none drifts.
 */
function askedOf(checks: readonly Check[], failed: readonly FailingCheck[]): Check[] {
  const names = new Set(failed.map(({ check }) => check));
  const isDrift = failed.length === 0 || checks.some((check) => names.has(check.name) && isOfDistribution(check));
  return checks.filter((check) => names.has(check.name) || (isDrift && check.kind === 'drift'));
}

function isOfDistribution({ kind, method }: Check): boolean {
  return kind === 'drift' && !QUALITY_TESTS.has(method);
}

/** A level that is broken, but may be so by chance, neither opens an incident nor closes one. */
function isDoubtful({ kind, verdict }: Check): boolean {
  return kind === 'slo' && verdict === 'fail';
}

function isOfGroup({ kind, name, subject }: Check, group: string): boolean {
  return kind !== 'volume' && (group === ALL_GROUP || groupOf(name, subject) === group);
}

function groupOf(name: string, subject: string | null): string {
  return subject === null ? name : `feature ${subject}`;
}
