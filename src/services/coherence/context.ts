import type { EvaluationContext } from '../evaluation/context.ts';
import type { SourceContext } from '../sources/context.ts';

/** Everything that is needed to measure coherence: stored profiles, and the source of signals. */
export interface CoherenceContext extends EvaluationContext, SourceContext {}
