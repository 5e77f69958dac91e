import { cannotSay, type FeaturePair, type TestResult } from '../drift-test.ts';
import { type EdfSteps, edfSteps, type GapIntegral, gapsOf, widestStep } from './edf-steps.ts';
import { permutationPValue } from './permutation-null.ts';

/** How a test integrates the gap between both distribution functions, and what it makes of it. */
export interface GapMeasure {
  readonly minRows: number;
  integral(steps: EdfSteps): GapIntegral;
  /** The number people know; `isExact`: every weight is a count of rows. */
  statistic(integral: number, steps: EdfSteps, isExact: boolean): number;
  /** The effect, whatever the number of rows. */
  effect(integral: number, pair: FeaturePair): number;
  /** The p-value of a statistic of continuous values, where there is a law. Without it, and with ties, rows are dealt anew. */
  law?(statistic: number, nReference: number, nCurrent: number): { readonly pValue: number; readonly name: string };
}

/**
 * Compares two numeric features by an integral of the gap between their distribution functions.
 *
 * On sketches, evidence is what remains when every gap is brought towards 0 by both rank errors; what that takes off the effect is
 * the resolution.
 */
export function compareGaps(pair: FeaturePair, measure: GapMeasure): TestResult {
  const [reference, current] = [pair.reference.numeric?.sketch, pair.current.numeric?.sketch];
  const [nReference, nCurrent] = [reference?.n ?? 0, current?.n ?? 0];
  if (!reference || !current || Math.min(nReference, nCurrent) < measure.minRows)
    return cannotSay(nReference, nCurrent, 'insufficient_samples');
  const steps = edfSteps(reference.weighted(), current.weighted());
  const error = reference.rankError() + current.rankError();
  const gaps = gapsOf(steps);
  const integral = measure.integral(steps);
  const full = integrate(integral, gaps);
  const surely = error === 0 ? full : integrate(integral, gapsOf(steps, error));
  const [effect, sureEffect] = [measure.effect(full, pair), measure.effect(surely, pair)];
  const isExact = reference.isExact && current.isExact;
  const evidence = evidenceOf(steps, integral, surely, measure, isExact);
  return {
    ...{ statistic: measure.statistic(full, steps, isExact), effect, pValue: evidence.pValue, nReference, nCurrent },
    resolution: effect - sureEffect,
    method: error > 0 ? `${evidence.name} on |gap| - resolution` : evidence.name,
    at: widestStep(steps, gaps),
  };
}

function evidenceOf(steps: EdfSteps, integral: GapIntegral, surely: number, measure: GapMeasure, isExact: boolean) {
  if (measure.law !== undefined && !steps.isTied)
    return measure.law(measure.statistic(surely, steps, isExact), steps.nReference, steps.nCurrent);
  return { pValue: permutationPValue(steps, integral, surely, isExact), name: 'permutation' };
}

function integrate({ weights, power }: GapIntegral, gaps: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < gaps.length; i++) {
    const gap = gaps[i] as number;
    sum += (weights[i] as number) * (power === 1 ? Math.abs(gap) : gap * gap);
  }
  return sum;
}

/** Keeps sums of widths finite. */
const WIDEST = 1e300;

/** The distance from each step's value to the next one's; 0 for the last. */
export function widths(steps: EdfSteps): Float64Array {
  const { values } = steps;
  return values.map((value, i) => (i + 1 < values.length ? Math.min((values[i + 1] as number) - value, WIDEST) : 0));
}

const LEAST_DEVIATION = 0.001;

/** The reference's standard deviation, at least .001: the unit of effects that are distances on the number line. */
export function deviationOf(pair: FeaturePair): number {
  const moments = pair.reference.numeric?.moments;
  return Math.max(moments === undefined || moments.n < 2 ? 0 : Math.sqrt(moments.m2 / moments.n), LEAST_DEVIATION);
}
