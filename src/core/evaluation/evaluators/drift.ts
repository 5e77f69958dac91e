import { checkInSteps } from '../../drift/compare.ts';
import { runSteps } from '../../steps.ts';
import type { Evaluator } from './evaluator.ts';

/** Every feature of the reference, by the tests that suit it. */
export const evaluateDrift: Evaluator<'drift'> = ({ pairs, settings }) => runSteps(checkInSteps(pairs, settings));
