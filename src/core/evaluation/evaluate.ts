import { aggregateChecks, distributionChecks } from '../drift/aggregate.ts';
import { type Check, type DriftCheck, wireVerdict } from '../drift/check.ts';
import { pairInSteps } from '../drift/pair-features.ts';
import type { Profile } from '../profile/profile.ts';
import { runSteps } from '../steps.ts';
import { EVALUATION_VERSION, type Evaluation, type EvaluationState, type Verdicts } from './evaluation.ts';
import { EVALUATORS } from './evaluators/table.ts';
import type { EvaluationSettings } from './settings.ts';

/** What is asked of a window, beside both profiles. */
export interface Question
  extends Pick<Evaluation, 'generatedAtMs' | 'stream' | 'window' | 'windowMinutes' | 'reference'> {
  readonly settings: EvaluationSettings;
}

/**
 * Everything there is to say about one window against one reference. Pure.
 *
 * Drift by feature path, then the service levels, then the volume. A test that cannot say is `inconclusive` beside its reason.
 *
 * @throws RangeError when `settings.tests` names a test that does not exist
 */
export function evaluate(reference: Profile, current: Profile, { settings, ...question }: Question): Evaluation {
  const { pairs, notTested, added } = runSteps(pairInSteps(reference, current));
  const context = { reference, current, pairs, settings };
  const checks = Object.values(EVALUATORS).flatMap((evaluator): readonly Check[] => evaluator(context));
  const drift = checks.filter((check) => check.kind === 'drift');
  const hasDrift = aggregateChecks(drift, settings.aggregate).verdict === 'fail';
  const isBroken = checks.some(({ kind, verdict }) => kind === 'slo' && verdict === 'fail');
  return {
    version: EVALUATION_VERSION,
    ...question,
    samples: current.events,
    policy: settings.policy,
    preset: settings.preset ?? null,
    status: hasDrift || isBroken ? 'fail' : 'ok',
    state: current.events === 0 ? 'no_data' : stateOf(drift, hasDrift, isBroken),
    verdicts: countVerdicts(drift),
    checks,
    notTested,
    addedFeatures: added,
  };
}

/** Where no test of a distribution could say, a share of missing values that stayed does not make it ok. */
function stateOf(drift: readonly DriftCheck[], hasDrift: boolean, isBroken: boolean): EvaluationState {
  if (hasDrift) return 'drift';
  if (isBroken) return 'slo_breach';
  const asked = distributionChecks(drift);
  return asked.length > 0 && asked.every(({ verdict }) => verdict === 'inconclusive') ? 'inconclusive' : 'ok';
}

function countVerdicts(drift: readonly DriftCheck[]): Verdicts {
  const counts = { tested: drift.length, drift: 0, no_drift: 0, inconclusive: 0 };
  for (const { verdict } of drift) counts[wireVerdict(verdict)]++;
  return counts;
}
