import type { Verdict } from '../../core/drift/check.ts';
import type { DatasetPair } from '../../core/table/dataset-pair.ts';

const MAX_NAMES = 20;

/** What a comparison came to, by column. */
export interface Outcome {
  readonly verdict: Verdict;
  /** Number of columns of the reference. */
  readonly columns: number;
  readonly drifted: readonly string[];
  /** Columns whose tests cannot say. */
  readonly inconclusive: readonly string[];
  /** Columns that only production has. */
  readonly added: readonly string[];
}

/** Columns without a test of their distribution. */
interface Untested {
  readonly notTested: readonly string[];
}

/** One line: the verdict, and every column that it does not speak of. Only a table of which all was tested gets a check mark. */
export function summaryOf(outcome: Outcome & Untested, pair: DatasetPair): string {
  const { drifted, inconclusive, added, verdict } = outcome;
  const notTested = outcome.notTested.filter((column) => !drifted.includes(column));
  const open = [
    ...(notTested.length > 0 ? [`${notTested.length} not tested: ${list(notTested)}`] : []),
    ...(inconclusive.length > 0 && verdict !== 'inconclusive'
      ? [`${inconclusive.length} inconclusive: ${list(inconclusive)}`]
      : []),
    ...(added.length > 0 ? [`${added.length} only in production: ${list(added)}`] : []),
  ];
  const tested = outcome.columns - notTested.length - inconclusive.length;
  return [verdictOf(outcome, { tested, isComplete: open.length === 0 }, pair), ...open].join('; ');
}

interface Tested {
  readonly tested: number;
  readonly isComplete: boolean;
}

function verdictOf({ verdict, columns, drifted }: Outcome, { tested, isComplete }: Tested, pair: DatasetPair): string {
  if (verdict === 'drift') return `⚠️ Drift detected in ${drifted.length} feature(s): ${list(drifted)}`;
  if (verdict === 'inconclusive') return `⚠️ Inconclusive: ${whyInconclusive(pair)}`;
  const mark = isComplete ? '✅ ' : '';
  if (drifted.length > 0)
    return `${mark}No significant drift detected: ${drifted.length} feature(s) drifted, fewer than the aggregate rule requires: ${list(drifted)}`;
  return isComplete ? `${mark}No significant drift detected` : `No drift in ${tested} of ${columns} columns`;
}

function whyInconclusive({ reference, production }: DatasetPair): string {
  const rows = `${reference.rows} reference and ${production.rows} production row(s)`;
  return `no test can decide with ${rows}; feature_details has the reasons`;
}

/** Names for a line: the first twenty. */
export function list(names: readonly string[]): string {
  const more = names.length - MAX_NAMES;
  return more > 0 ? `${names.slice(0, MAX_NAMES).join(', ')} and ${more} more` : names.join(', ');
}
