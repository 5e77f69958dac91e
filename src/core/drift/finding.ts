import type { TestResult } from './drift-test.ts';
import type { TestName } from './test-name.ts';

export const VERDICTS = ['drift', 'no_drift', 'inconclusive'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** The result of one test on one feature, judged. */
export interface Finding extends TestResult {
  readonly feature: string;
  readonly test: TestName;
  readonly verdict: Verdict;
  /** p after the correction over the report; null where there is none, and where each test is judged by itself. */
  readonly pAdjusted: number | null;
  /** The smallest effect that counts; a preset's threshold; null under the classic policy. */
  readonly floor: number | null;
}
