import type { Command } from 'commander';
import { count } from '../../core/format/amounts.ts';
import { systemClock } from '../../core/time/clock.ts';
import { importGuard } from '../../services/ingest/import-guard.ts';
import { runMaintenance } from '../../services/maintenance/run-maintenance.ts';
import type { Database, StoreLog } from '../../store/database.ts';
import { migrate } from '../../store/engine/migrate.ts';
import { countGuardRows, TAKEN_OVER, takeOverGuardTable } from '../../store/guard-table.ts';
import type { ImportState } from '../../store/imports.ts';
import { configFrom, withDatabase } from '../direct-database.ts';
import { usageFailure } from '../failure.ts';
import { Progress } from '../output/progress.ts';
import type { Terminal } from '../terminal.ts';

const GUARD_HELP = `
Opens DATABASE_URL itself; stop Guard before. Its table observations_raw is renamed to ${TAKEN_OVER} and stays as it is; its rows are read in.
Rows older than EVENT_RETENTION_DAYS are not stored, but folded into the profiles of their days. Interrupted at any moment, the command
goes on where it was when it is run again, and the service may run meanwhile.

Example:
  DATABASE_URL=postgres://dev:dev@localhost:5432/drift plumbline import guard`;

export function addImportCommand(program: Command, terminal: Terminal): void {
  const group = program.command('import').description('Take over what another system has stored');
  group
    .command('guard')
    .description('Read in the database of Intent Drift Monitor & Guard')
    .addHelpText('after', GUARD_HELP)
    .action(() => takeOverGuard(terminal));
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
