import type { Command } from 'commander';
import { type HistoryImported, MAX_IMPORTED_ROWS } from '../../api/coherence.ts';
import { count } from '../../core/format/amounts.ts';
import { systemClock } from '../../core/time/clock.ts';
import { importGuard } from '../../services/ingest/import-guard.ts';
import { runMaintenance } from '../../services/maintenance/run-maintenance.ts';
import type { Database, StoreLog } from '../../store/database.ts';
import { migrate } from '../../store/engine/migrate.ts';
import { countGuardRows, TAKEN_OVER, takeOverGuardTable } from '../../store/guard-table.ts';
import type { ImportState } from '../../store/imports.ts';
import { apiFrom } from '../api.ts';
import { readStoredHistory } from '../coherence-history.ts';
import { configFrom, withDatabase } from '../direct-database.ts';
import { usageFailure } from '../failure.ts';
import { type ApiOption, addApiCommand } from '../options.ts';
import { Progress } from '../output/progress.ts';
import type { Terminal } from '../terminal.ts';

const GUARD_HELP = `
Opens DATABASE_URL itself; stop Guard before. Its table observations_raw is renamed to ${TAKEN_OVER} and stays as it is; its rows are read in.
Rows older than EVENT_RETENTION_DAYS are not stored, but folded into the profiles of their days. Interrupted at any moment, the command
goes on where it was when it is run again, and the service may run meanwhile.

Example:
  DATABASE_URL=postgres://dev:dev@localhost:5432/drift plumbline import guard`;

const COHERENCE_HELP = `
Adds the rows to /coherence/history of a running service. The same file again adds nothing.

Example:
  plumbline import coherence /data/rolling_store.csv`;

export function addImportCommand(program: Command, terminal: Terminal): void {
  const group = program.command('import').description('Take over what another system has stored');
  group
    .command('guard')
    .description('Read in the database of Intent Drift Monitor & Guard')
    .addHelpText('after', GUARD_HELP)
    .action(() => takeOverGuard(terminal));
  addApiCommand(group, 'coherence', 'Read in the history of a Coherence Engine')
    .argument('<file>', 'its rolling_store.csv, or its SQLite database')
    .addHelpText('after', COHERENCE_HELP)
    .action((path: string, options: ApiOption) => importCoherence(terminal, path, options));
}

async function importCoherence(terminal: Terminal, path: string, { api: url }: ApiOption): Promise<void> {
  const { rows, unreadable, firstFault } = await readStoredHistory(path);
  const api = apiFrom(terminal.env, url);
  const progress = new Progress(terminal, systemClock);
  const sum = { added: 0, present: 0, too_old: 0 };
  for (let at = 0; at < rows.length; at += MAX_IMPORTED_ROWS) {
    const body = { rows: rows.slice(at, at + MAX_IMPORTED_ROWS) };
    const { added, present, too_old } = await api.json<HistoryImported>('POST', '/coherence/history', { body });
    sum.added += added;
    sum.present += present;
    sum.too_old += too_old;
    if (terminal.isTty) progress.update((at + body.rows.length) / rows.length, `of ${count(rows.length)} rows`);
  }
  if (terminal.isTty) progress.clear();
  const total = rows.length + unreadable;
  terminal.out(
    `${count(total)} row${total === 1 ? '' : 's'}: ${count(sum.added)} added, ${count(sum.present)} there before, ${count(sum.too_old)} older than REPORT_RETENTION_DAYS, ${count(unreadable)} not readable`,
  );
  if (firstFault !== undefined) terminal.out(`  first ${firstFault}`);
  if (sum.too_old > 0)
    terminal.out('  to have the older ones too, raise REPORT_RETENTION_DAYS of the service and import again');
}

async function takeOverGuard(terminal: Terminal): Promise<void> {
  const config = configFrom(terminal);
  if (config.DATABASE_URL === undefined) throw usageFailure("set DATABASE_URL to Guard's database");
  const run = async (db: Database, log: StoreLog) => {
    await takeOverGuardTable(db);
    await migrate(db, log);
    await runMaintenance({ db, config, clock: systemClock });
    const total = await countGuardRows(db);
    const progress = new Progress(terminal, systemClock);
    const state = await importGuard({ db, config, clock: systemClock }, ({ read }) => {
      if (terminal.isTty) progress.update(read / total, `${count(read)} of ${count(total)} rows`);
    });
    if (terminal.isTty) progress.clear();
    return state;
  };
  const state = await withDatabase(terminal, run);
  for (const line of describeImport(state, config.EVENT_RETENTION_DAYS)) terminal.out(line);
}

function describeImport({ read, stored, folded, duplicates, refused }: ImportState, days: number): string[] {
  const reasons = Object.entries(refused);
  const refusals = reasons.reduce((sum, [, { n }]) => sum + n, 0);
  return [
    `${count(read)} rows: ${count(stored)} stored, ${count(folded)} older than ${days} days and folded into profiles, ` +
      `${count(refusals)} refused, ${count(duplicates)} duplicates`,
    ...reasons.map(([code, { n, firstId, message }]) => `  ${code}  ${count(n)}  first with id ${firstId}: ${message}`),
    `The table is now ${TAKEN_OVER}; drop it when you do not need it any more. Next: plumbline serve`,
  ];
}
