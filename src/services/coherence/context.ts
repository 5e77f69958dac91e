import type { EvaluationContext } from '../evaluation/context.ts';
import type { SourceContext } from '../sources/context.ts';

/** What coherence is measured with: profiles as for any window, and the source that its schedule fetches from. */
export interface CoherenceContext extends EvaluationContext, SourceContext {}
