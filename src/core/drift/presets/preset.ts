import type { AggregateRule } from '../aggregate-rule.ts';
import type { FeaturePair, Json, Side, TestResult } from '../drift-test.ts';

import type { TestName } from '../test-name.ts';

/** One statistic of another tool, with its verdict. */
export interface PresetFinding {
  readonly test: TestName;
  /** `statistic` is the tool's number; `method` names bins, zero rule, direction and base. */
  readonly result: TestResult;
  readonly isDrift: boolean;
  readonly threshold: number;
  /** Fields that clients of the tool read in a report. */
  readonly details?: { readonly [field: string]: Json };
}

/** Thresholds that replace those of the tool. */
export interface PresetLimits {
  readonly alpha?: number | undefined;
  readonly psi?: number | undefined;
}

/** The numbers of a column of a table. */
interface ColumnNumbers {
  readonly distinct: number;
  readonly areIntegers: boolean;
  readonly hasMissing: boolean;
}

/** How another tool compares one feature, and when it reports drift of a whole table. */
export interface Preset {
  readonly title: string;
  readonly aggregate: AggregateRule;
  /** Whether a column of numbers is one of categories for the tool; by default below 10 distinct ones. */
  isCategory?(numbers: ColumnNumbers): boolean;
  /** Share of distinct texts above which the tool takes a column for free text, and does not compare it by its categories. */
  readonly freeTextFrom?: number;
  compare(pair: FeaturePair, limits?: PresetLimits): readonly PresetFinding[];
}

/** A result without resolution, because the tools have none; null where a number is not finite. */
export function toolResult(
  pair: FeaturePair,
  numbers: { readonly statistic: number; readonly pValue?: number; readonly effect?: number; readonly method: string },
): TestResult {
  const known = (value: number | undefined) => (value !== undefined && Number.isFinite(value) ? value : null);
  const rows = (side: Side) =>
    pair.type === 'numeric' ? (pair[side].numeric?.sketch.n ?? 0) : (pair[side].categories?.n ?? 0);
  return {
    statistic: known(numbers.statistic),
    effect: known(numbers.effect ?? numbers.statistic),
    pValue: known(numbers.pValue),
    resolution: 0,
    nReference: rows('reference'),
    nCurrent: rows('current'),
    method: numbers.method,
    ...(known(numbers.statistic) === null && { reason: 'insufficient_samples' as const }),
  };
}
