import type { Check, CheckKind } from '../../drift/check.ts';
import type { FeaturePair } from '../../drift/drift-test.ts';
import type { Profile } from '../../profile/profile.ts';
import type { EvaluationSettings } from '../settings.ts';

/** What there is to judge a window by. */
interface EvaluatorContext {
  readonly reference: Profile;
  readonly current: Profile;
  /** The features of both, side by side. */
  readonly pairs: readonly FeaturePair[];
  readonly settings: EvaluationSettings;
}

/** Turns profiles into the checks of its kind. Pure: the same context gives the same checks. */
export type Evaluator<Kind extends CheckKind = CheckKind> = (
  context: EvaluatorContext,
) => readonly Extract<Check, { readonly kind: Kind }>[];
