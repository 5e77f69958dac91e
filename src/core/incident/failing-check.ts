import { type Check, type CheckKind, compareKinds, type DriftCheck, VOLUME_NAME } from '../drift/check.ts';
import { DRIFT_TESTS } from '../drift/test-table.ts';
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

/** From which multiple of a check's floor drift is how urgent; `info` below the first. */
export interface SeverityMultiples {
  readonly warning: number;
  readonly critical: number;
}

/** What a monitor that chooses one multiple has for the other. */
export const DEFAULT_MULTIPLES: SeverityMultiples = { warning: 1.5, critical: 2 };

/** How urgent drift, a broken service level and a silent stream are. */
export interface SeverityRules {
  /** `by_method`: a warning, and critical from an effect on that each method has for itself. */
  readonly drift: 'by_method' | SeverityMultiples;
  readonly slo: Severity;
  readonly noData: Severity | 'off';
}

export const DEFAULT_SEVERITY: SeverityRules = { drift: 'by_method', slo: 'critical', noData: 'warning' };

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

function severityOfCheck(check: Check, rules: SeverityRules): Severity {
  switch (check.kind) {
    case 'slo':
      return rules.slo;
    case 'volume':
      return rules.noData === 'off' ? 'info' : rules.noData;
    case 'drift':
      return rules.drift === 'by_method' ? severityByMethod(check) : severityByMultiple(check, rules.drift);
  }
}

function severityByMultiple({ strength }: DriftCheck, { warning, critical }: SeverityMultiples): Severity {
  if (strength >= critical) return 'critical';
  return strength >= warning ? 'warning' : 'info';
}

const FLOORS_UNTIL_CRITICAL = 5;
/** Of the floor in force: where somebody raised it far, what just reaches it is a warning all the same. */
const LEAST_FLOORS_UNTIL_CRITICAL = 2;

function severityByMethod({ method, effect, floor }: DriftCheck): Severity {
  const { criticalEffect, defaultFloor } = DRIFT_TESTS[method];
  const ownEffect = criticalEffect ?? FLOORS_UNTIL_CRITICAL * defaultFloor;
  const fromEffect = Math.max(ownEffect, LEAST_FLOORS_UNTIL_CRITICAL * (floor ?? 0));
  return effect !== null && effect >= fromEffect ? 'critical' : 'warning';
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
