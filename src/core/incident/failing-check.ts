import { type Check, type CheckKind, compareKinds, VOLUME_NAME } from '../drift/check.ts';
import { describeCheck } from './describe-check.ts';
import { type Severity, worstSeverity } from './severity.ts';

/** A failing check, as an incident remembers it. */
export interface FailingCheck {
  /** As the report names it. */
  readonly check: string;
  /** Undefined in incidents that were stored before checks had kinds: `kindOf` knows. */
  readonly kind?: CheckKind;
  readonly feature: string | null;
  /** One line for people, without markup. */
  readonly text: string;
  readonly severity: Severity;
  /** Effect divided by its floor: what failing checks of a kind are ranked by. 1 where there is no floor. */
  readonly strength: number;
}

/** From which multiple of its floor drift is how urgent, and how urgent a broken service level and a silent stream are. */
export interface SeverityRules {
  readonly warning: number;
  readonly critical: number;
  readonly slo: Severity;
  readonly noData: Severity | 'off';
}

export const DEFAULT_SEVERITY: SeverityRules = { warning: 1.5, critical: 2, slo: 'critical', noData: 'warning' };

/** The check that stands for a window that could not be evaluated. */
export const NOT_EVALUATED = 'not_evaluated';

/** The failing checks of a window, the most urgent kind first, in it the strongest. */
export function failingChecks(checks: readonly Check[], rules: SeverityRules): FailingCheck[] {
  return checks
    .map((check) => toFailing(check, rules))
    .sort((a, b) => compareKinds(kindOf(a), kindOf(b)) || b.strength - a.strength);
}

function toFailing(check: Check, rules: SeverityRules): FailingCheck {
  return {
    check: check.name,
    kind: check.kind,
    feature: check.subject,
    text: describeCheck(check),
    severity: severityOfCheck(check, rules),
    strength: check.strength,
  };
}

function severityOfCheck({ kind, strength }: Check, rules: SeverityRules): Severity {
  if (kind === 'slo') return rules.slo;
  if (kind === 'volume') return rules.noData === 'off' ? 'info' : rules.noData;
  if (strength >= rules.critical) return 'critical';
  return strength >= rules.warning ? 'warning' : 'info';
}

/** The kind of a failing check, also of one that was stored without. */
export function kindOf({ kind, check, feature }: Pick<FailingCheck, 'kind' | 'check' | 'feature'>): CheckKind {
  if (kind !== undefined) return kind;
  if (feature !== null) return 'drift';
  return check === VOLUME_NAME || check === NOT_EVALUATED ? 'volume' : 'slo';
}

/** The most urgent kind; undefined where nothing fails. */
export function worstKind(failing: readonly Pick<FailingCheck, 'kind' | 'check' | 'feature'>[]): CheckKind | undefined {
  return failing.map(kindOf).sort(compareKinds)[0];
}

export function severityOf(failing: readonly FailingCheck[]): Severity {
  return worstSeverity(failing.map((check) => check.severity)) ?? 'info';
}
