import type { ReportBody } from '../drift/report.ts';
import { type Severity, worstSeverity } from './severity.ts';

/** A failing check of a report, as an incident remembers it. */
export interface FailingCheck {
  /** As the report names it. */
  readonly check: string;
  readonly feature: string | null;
  /** One line for people, without markup. */
  readonly text: string;
  readonly severity: Severity;
  /** Effect divided by its floor: what findings are ranked by. 1 where there is no floor. */
  readonly strength: number;
}

/** What one window says to one incident. */
export interface Signal {
  /** `unknown` moves nothing: a window without events, or one too small to tell. */
  readonly verdict: 'fail' | 'pass' | 'unknown';
  /** The end of the window. */
  readonly slotMs: number;
  readonly windowMs: number;
  /** What fails is a fact about these events, not an inference from them: overlapping windows count too. */
  readonly isFact: boolean;
  /** The strongest first. */
  readonly failing: readonly FailingCheck[];
}

/** From which multiple of its floor a finding is how urgent, and how urgent a broken service level and a silent stream are. */
export interface SeverityRules {
  readonly warning: number;
  readonly critical: number;
  readonly slo: Severity;
  readonly noData: Severity | 'off';
}

export const DEFAULT_SEVERITY: SeverityRules = { warning: 1.5, critical: 2, slo: 'critical', noData: 'warning' };

/** Incidents of a monitor are kept apart by group: all drift and service levels together, or a feature each; silence by itself. */
const ALL_GROUP = 'all';
export const NO_DATA_GROUP = 'no_data';

/** What a report says, by group. Groups that are open but no longer fail are the caller's to name: they pass. */
export function signalsOf(
  report: ReportBody,
  rules: SeverityRules,
  groupBy: 'monitor' | 'feature',
  openGroups: readonly string[],
): Map<string, Signal> {
  const slotMs = Date.parse(report.window_end);
  const base = { slotMs, windowMs: slotMs - Date.parse(report.window_start) };
  const signals = new Map<string, Signal>();
  const isEmpty = report.samples === 0;
  if (rules.noData !== 'off') {
    const silent = {
      check: 'no_data',
      feature: null,
      text: 'no events in the window',
      severity: rules.noData,
      strength: 1,
    };
    const failing = isEmpty ? [silent] : [];
    signals.set(NO_DATA_GROUP, { ...base, verdict: isEmpty ? 'fail' : 'pass', isFact: true, failing });
  }
  const failing = isEmpty || report.status === 'ok' ? [] : failingChecks(report, rules);
  const calm = isEmpty || report.state === 'inconclusive' ? 'unknown' : 'pass';
  const groups = groupBy === 'monitor' ? [ALL_GROUP] : [...failing.map(featureGroup), ...openGroups];
  for (const group of new Set(groups)) {
    if (group === NO_DATA_GROUP) continue;
    const mine = groupBy === 'monitor' ? failing : failing.filter((check) => featureGroup(check) === group);
    const isFact = mine.some((check) => check.feature === null);
    signals.set(group, { ...base, verdict: mine.length > 0 ? 'fail' : calm, isFact, failing: mine });
  }
  return signals;
}

function featureGroup(check: FailingCheck): string {
  return check.feature === null ? check.check : `feature ${check.feature}`;
}

export function severityOf(failing: readonly FailingCheck[]): Severity {
  return worstSeverity(failing.map((check) => check.severity)) ?? 'info';
}

function failingChecks(report: ReportBody, rules: SeverityRules): FailingCheck[] {
  return Object.entries(report.checks)
    .filter(([, check]) => !check.ok)
    .map(([name, check]) =>
      check.state === 'slo_breach' ? brokenLevel(name, check, rules) : drifted(name, check, rules),
    )
    .sort((a, b) => b.strength - a.strength);
}

type Check = ReportBody['checks'][string];

/** Broken service levels stand before all drift: they are what users feel. */
function brokenLevel(name: string, check: Check, rules: SeverityRules): FailingCheck {
  const text =
    name === 'success_rate'
      ? `success rate ${percent(check.success_rate)} (at least ${percent(check.min)}), ${check.total} events`
      : `p95 latency ${number(check.p95)} ms (at most ${number(check.max)} ms), ${check.live_n} events`;
  return { check: name, feature: null, text, severity: rules.slo, strength: Number.MAX_VALUE };
}

function drifted(name: string, check: Check, rules: SeverityRules): FailingCheck {
  const [effect, floor] = [asNumber(check.effect), asNumber(check.floor)];
  const strength = effect !== undefined && floor !== undefined && floor > 0 ? effect / floor : 1;
  const p = asNumber(check.p_adjusted) ?? asNumber(check.p_value);
  const parts = [
    `${check.test} ${effect === undefined ? 'drifted' : number(effect)}`,
    floor === undefined ? '' : ` (floor ${number(floor)})`,
    p === undefined ? '' : `, p ${p < 1e-300 ? '< 1e-300' : number(p)}`,
    `, ${check.live_n} events against ${check.reference_n}`,
  ];
  return {
    check: name,
    feature: String(check.feature),
    text: parts.join(''),
    severity: ofStrength(strength, rules),
    strength,
  };
}

function ofStrength(strength: number, { warning, critical }: SeverityRules): Severity {
  if (strength >= critical) return 'critical';
  return strength >= warning ? 'warning' : 'info';
}

function asNumber(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function number(value: unknown): string {
  return typeof value === 'number' ? String(Number(value.toPrecision(3))) : '?';
}

function percent(value: unknown): string {
  return typeof value === 'number' ? `${Number((value * 100).toFixed(2))} %` : '?';
}
