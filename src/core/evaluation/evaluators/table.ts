import type { CheckKind } from '../../drift/check.ts';
import { evaluateDrift } from './drift.ts';
import type { Evaluator } from './evaluator.ts';
import { evaluateSlo } from './slo.ts';
import { evaluateVolume } from './volume.ts';

/** One evaluator for each kind of check, in the order of an evaluation. The proofs of test/core/evaluation loop over this table. */
export const EVALUATORS = {
  drift: evaluateDrift,
  slo: evaluateSlo,
  volume: evaluateVolume,
} as const satisfies { readonly [Kind in CheckKind]: Evaluator<Kind> };
