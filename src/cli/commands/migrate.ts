import type { Command } from 'commander';
import { migrate, pendingMigrations } from '../../store/engine/migrate.ts';
import { withDatabase } from '../direct-database.ts';
import { Failure } from '../failure.ts';
import type { Terminal } from '../terminal.ts';

const HELP = `
The service migrates at its start, so this is for those who want it apart: before a roll-out, or in a pipeline.
It opens DATABASE_URL, or the embedded database in DATA_DIR when no service holds it.

Examples:
  DATABASE_URL=postgres://dev:dev@localhost/drift plumbline migrate
  plumbline migrate --check          exit code 1 when migrations are missing`;

export function addMigrateCommand(program: Command, terminal: Terminal): void {
  program
    .command('migrate')
    .description('bring the database schema up to date')
    .option('--check', 'change nothing; tell what is missing', false)
    .addHelpText('after', HELP)
    .action(({ check }: { check: boolean }) => (check ? checkMigrations(terminal) : applyMigrations(terminal)));
}

async function applyMigrations(terminal: Terminal): Promise<void> {
  const applied = await withDatabase(terminal, (db, log) => migrate(db, log));
  terminal.out(applied === 0 ? 'the schema is up to date' : `${applied} migration${applied === 1 ? '' : 's'} applied`);
}

async function checkMigrations(terminal: Terminal): Promise<void> {
  const pending = await withDatabase(terminal, (db) => pendingMigrations(db));
  for (const name of pending) terminal.out(name);
  if (pending.length > 0) throw new Failure('migrations are missing; run plumbline migrate');
  terminal.out('the schema is up to date');
}
