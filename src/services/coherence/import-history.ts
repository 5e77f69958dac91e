import { createHash } from 'node:crypto';
import { DAY_MS } from '../../core/time/window.ts';
import { type HistoryRow, importHistoryRows } from '../../store/coherence.ts';
import type { CoherenceContext } from './context.ts';

export interface HistoryImport {
  readonly added: number;
  /** Added by an import before. */
  readonly present: number;
  /** Past REPORT_RETENTION_DAYS: they would be dropped within the hour. */
  readonly too_old: number;
}

/** Adds rows of another system's history to ours. The same rows again add nothing. */
export async function importHistory(
  { db, config, clock }: Pick<CoherenceContext, 'db' | 'config' | 'clock'>,
  rows: readonly HistoryRow[],
): Promise<HistoryImport> {
  const keptFromMs = clock.now() - config.REPORT_RETENTION_DAYS * DAY_MS;
  const kept = rows.filter(({ tsMs }) => tsMs >= keptFromMs).map((row) => ({ ...row, importKey: keyOf(row) }));
  const added = kept.length === 0 ? 0 : await importHistoryRows(db, kept);
  return { added, present: kept.length - added, too_old: rows.length - kept.length };
}

/** Without the figures: a CSV file and a SQLite database of one history round them differently. */
function keyOf({ tsMs, windowSec, n, source, requestId }: HistoryRow): string {
  return createHash('sha256')
    .update(JSON.stringify([tsMs, windowSec, n, source, requestId]))
    .digest('base64url');
}
