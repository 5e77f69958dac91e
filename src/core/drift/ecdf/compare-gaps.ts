import { cannotSay, type FeaturePair, type TestResult } from '../drift-test.ts';
import { type EcdfSteps, ecdfSteps, type GapIntegral, integrateGaps } from './ecdf-steps.ts';
import { permutationPValue } from './permutation-null.ts';

/** How a test integrates the gap between both distribution functions, and what it derives from the integral. */
export interface GapMeasure {
  /** Fewest rows a side. */
  readonly minRows: number;
  integral(steps: EcdfSteps): GapIntegral;
  /** The test's usual statistic; `isExact`: every weight is a count of rows. */
  statistic(integral: number, steps: EcdfSteps, isExact: boolean): number;
  /** The effect, whatever the number of rows. */
  effect(integral: number, pair: FeaturePair): number;
  /** The p-value of a statistic of continuous values, where a law is known. Without it, and with ties, p comes from permutation. */
  law?(statistic: number, nReference: number, nCurrent: number): { readonly pValue: number; readonly name: string };
}

/**
 * Compares two numeric features by an integral of the gap between their distribution functions.
 *
 * On sketches every gap is first reduced by both rank errors for the p-value; what that takes off the effect is the resolution.
 *
 * @returns inconclusive (`insufficient_samples`) with fewer rows a side than the measure needs
 * @example
 * const measure = {
 *   minRows: 1,
 *   integral: (steps) => ({ weights: widths(steps), power: 1 }),
 *   statistic: (integral) => integral,
 *   effect: (integral) => integral,
 * };
 * compareGaps(numericPair([1, 2, 3], [2, 3, 4]), measure).statistic;
 * // 1
 */
export function compareGaps(pair: FeaturePair, measure: GapMeasure): TestResult {
  const [reference, current] = [pair.reference.numeric?.sketch, pair.current.numeric?.sketch];
  const [nReference, nCurrent] = [reference?.n ?? 0, current?.n ?? 0];
  if (!reference || !current || Math.min(nReference, nCurrent) < measure.minRows)
    return cannotSay(nReference, nCurrent, 'insufficient_samples');
  const steps = ecdfSteps(reference.weighted(), current.weighted());
  const error = reference.rankError() + current.rankError();
  const integral = measure.integral(steps);
  const { full, surely, widest } = integrateGaps(steps, integral, error);
  const [effect, sureEffect] = [measure.effect(full, pair), measure.effect(surely, pair)];
  const isExact = reference.isExact && current.isExact;
  const evidence = evidenceOf(measure, { steps, integral, surely, isExact });
  return {
    statistic: measure.statistic(full, steps, isExact),
    effect,
    pValue: evidence.pValue,
    nReference,
    nCurrent,
    resolution: effect - sureEffect,
    method: error > 0 ? `${evidence.name} on |gap| - resolution` : evidence.name,
    at: widest,
  };
}

/** Both samples, and the integral of their gap less the sketches' error. */
interface ObservedGaps {
  readonly steps: EcdfSteps;
  readonly integral: GapIntegral;
  readonly surely: number;
  readonly isExact: boolean;
}

function evidenceOf(measure: GapMeasure, { steps, integral, surely, isExact }: ObservedGaps) {
  if (measure.law !== undefined && !steps.isTied)
    return measure.law(measure.statistic(surely, steps, isExact), steps.nReference, steps.nCurrent);
  return { pValue: permutationPValue(steps, integral, surely, isExact), name: 'permutation' };
}

/** Keeps sums of widths finite. */
const WIDEST = 1e300;

/**
 * The distance from each step's value to the next one's; 0 for the last.
 *
 * @example widths(ecdfSteps(weigh([1, 3]), weigh([4]))) // [2, 1, 0]
 */
export function widths({ values }: EcdfSteps): Float64Array {
  const distances = new Float64Array(values.length);
  for (let i = 0; i + 1 < values.length; i++)
    distances[i] = Math.min((values[i + 1] as number) - (values[i] as number), WIDEST);
  return distances;
}

const LEAST_DEVIATION = 0.001;

/**
 * The reference's standard deviation (ddof 0), at least 0.001: the unit of effects that are distances on the number line.
 *
 * @example deviationOf(numericPair([1, 3], [])) // 1
 */
export function deviationOf(pair: FeaturePair): number {
  const moments = pair.reference.numeric?.moments;
  return Math.max(moments === undefined || moments.n < 2 ? 0 : Math.sqrt(moments.m2 / moments.n), LEAST_DEVIATION);
}
