import type { TestResult } from './drift-test.ts';
import type { TestName } from './test-table.ts';

export type Verdict = 'drift' | 'no_drift' | 'inconclusive';

/** The result of one test on one feature, judged. */
export interface Finding extends TestResult {
  readonly feature: string;
  readonly test: TestName;
  readonly verdict: Verdict;
  /** p after Benjamini–Hochberg over the report; null under the classic policy and where there is no p. */
  readonly pAdjusted: number | null;
  /** The smallest effect that counts; null under the classic policy, which has none but the threshold itself. */
  readonly floor: number | null;
}
