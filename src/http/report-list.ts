import { toReport } from '../core/evaluation/to-report.ts';
import type { Steps } from '../core/steps.ts';
import { runStepsInTurns } from '../runtime/workers/run-in-turns.ts';
import type { StoredReport } from '../store/reports.ts';

/** Stored reports as a JSON list. A page may hold a thousand of them, so other requests get their turn between. */
export async function reportList(reports: readonly StoredReport[]): Promise<string> {
  return `[${(await runStepsInTurns(textsInSteps(reports))).join(',')}]`;
}

function* textsInSteps(reports: readonly StoredReport[]): Steps<string[]> {
  const texts: string[] = [];
  for (const { evaluation, body } of reports) {
    // Those of before evaluations were stored are sent as the text that they were.
    texts.push(evaluation === null ? body : JSON.stringify(toReport(evaluation)));
    yield;
  }
  return texts;
}
