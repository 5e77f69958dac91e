import { QUALITY_TESTS } from '../drift/aggregate.ts';
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

/** What shares an incident: everything that a monitor finds, or what it finds on one feature. */
export const GROUPINGS = ['monitor', 'feature'] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** What a report says, by group. Groups that are open but no longer fail are the caller's to name: they pass. */
export function signalsOf(
  report: ReportBody,
  rules: SeverityRules,
  groupBy: Grouping,
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
  const groups = groupBy === 'monitor' ? [ALL_GROUP] : [...failing.map(featureGroup), ...openGroups];
  for (const group of new Set(groups)) {
    if (group === NO_DATA_GROUP) continue;
    const mine = groupBy === 'monitor' ? failing : failing.filter((check) => featureGroup(check) === group);
    const isFact = mine.some((check) => check.feature === null);
    signals.set(group, { ...base, verdict: mine.length > 0 ? 'fail' : calmOf(report, group), isFact, failing: mine });
  }
  return signals;
}

/** A group that does not fail passes, unless nothing could be told of it. */
function calmOf(report: ReportBody, group: string): 'pass' | 'unknown' {
  if (report.samples === 0 || hasDoubtfulBreach(report, group)) return 'unknown';
  if (group === ALL_GROUP) return report.state === 'inconclusive' ? 'unknown' : 'pass';
  const mine = Object.entries(report.checks).filter(([name, { feature }]) => groupOf(name, feature) === group);
  // No longer compared: nothing else would ever end it.
  if (mine.length === 0) return 'pass';
  const telling = mine.filter(([, { test }]) => !QUALITY_TESTS.has(String(test)));
  const asked = telling.length > 0 ? telling : mine;
  return asked.some(([, { state }]) => state !== 'inconclusive' && state !== 'no_data') ? 'pass' : 'unknown';
}

/** A level that is broken, but may be so by chance, neither opens an incident nor closes one. */
function hasDoubtfulBreach(report: ReportBody, group: string): boolean {
  return Object.entries(report.checks).some(
    ([name, check]) => check.state === 'slo_breach' && (group === ALL_GROUP || groupOf(name, check.feature) === group),
  );
}

function groupOf(name: string, feature: unknown): string {
  return typeof feature === 'string' ? `feature ${feature}` : name;
}

function featureGroup(check: FailingCheck): string {
  return groupOf(check.check, check.feature);
}

export function severityOf(failing: readonly FailingCheck[]): Severity {
  return worstSeverity(failing.map((check) => check.severity)) ?? 'info';
}

function failingChecks(report: ReportBody, rules: SeverityRules): FailingCheck[] {
  return (
    Object.entries(report.checks)
      // Fewer features than the monitor's rule asks for are no drift of the whole.
      .filter(
        ([, check]) =>
          !check.ok && (check.state === 'slo_breach' ? isEvident(report, check) : report.state === 'drift'),
      )
      .map(([name, check]) =>
        check.state === 'slo_breach' ? brokenLevel(name, check, rules) : drifted(name, check, rules),
      )
      .sort((a, b) => b.strength - a.strength)
  );
}

type Check = ReportBody['checks'][string];

/** Two failures among 200 events break a level of 99.5 %, and mean nothing: so rarely must chance do it for people to be woken. */
const SLO_ALPHA = 0.01;

/** The classic policy takes every breach for one, as its clients know it. */
function isEvident({ policy }: ReportBody, check: Check): boolean {
  return policy === 'classic' || (asNumber(check.p_value) ?? 0) <= SLO_ALPHA;
}

/** Broken service levels stand before all drift: they are what users feel. */
function brokenLevel(name: string, check: Check, rules: SeverityRules): FailingCheck {
  const base = { check: name, feature: null, severity: rules.slo, strength: Number.MAX_VALUE };
  if (name === 'success_rate') {
    const [rate, least] = apart(asNumber(check.success_rate), asNumber(check.min), 100);
    return { ...base, text: `success rate ${rate} % (at least ${least} %), ${check.total} events` };
  }
  const [p95, most] = apart(asNumber(check.p95), asNumber(check.max), 1);
  return { ...base, text: `p95 latency ${p95} ms (at most ${most} ms), ${check.live_n} events` };
}

/** Two numbers with as many digits as it takes to tell them apart: one just missed must not read as one that is kept. */
function apart(value = Number.NaN, limit = Number.NaN, factor = 1): [string, string] {
  for (let digits = 4; digits <= 15; digits++) {
    const [a, b] = [value, limit].map((number) => String(Number((number * factor).toPrecision(digits))));
    if (a !== b) return [a ?? '?', b ?? '?'];
  }
  return [String(value * factor), String(limit * factor)];
}

function drifted(name: string, check: Check, rules: SeverityRules): FailingCheck {
  const [effect, floor] = [asNumber(check.effect), asNumber(check.floor)];
  const strength = effect !== undefined && floor !== undefined && floor > 0 ? effect / floor : 1;
  const p = asNumber(check.p_adjusted) ?? asNumber(check.p_value);
  const parts = [
    movedText(check),
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

interface BeforeAfter {
  readonly reference: number;
  readonly current: number;
  readonly category?: string;
}

/** What somebody who was just woken wants to know before any statistic. */
function movedText({ median, share }: Check): string {
  const [middle, part] = [median, share] as unknown as (BeforeAfter | undefined)[];
  if (middle !== undefined) return `median ${number(middle.reference)} → ${number(middle.current)}; `;
  if (part === undefined) return '';
  const [before, after] = [part.reference, part.current].map((value) => `${number(value * 100)} %`);
  return `"${part.category}" ${before} → ${after}; `;
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
