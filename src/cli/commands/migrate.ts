import type { Command } from 'commander';
import { assertKnownHistory, migrate, pendingMigrations } from '../../store/engine/migrate.ts';
import { assertNotGuards } from '../../store/guard-table.ts';
import { withDatabase } from '../direct-database.ts';
import { Failure } from '../failure.ts';
import type { Terminal } from '../terminal.ts';

const HELP = `
The service runs migrations when it starts. Use this command to run them separately, for example before a rollout.
It opens DATABASE_URL, or the embedded database in DATA_DIR if no service uses it.

Examples:
  DATABASE_URL=postgres://dev:dev@localhost/drift plumbline migrate
  plumbline migrate --check          exit with code 1 if migrations are missing`;

export function addMigrateCommand(program: Command, terminal: Terminal): void {
  program
    .command('migrate')
    .description('Update the database schema')
    .option('--check', 'list missing migrations, and change nothing')
    .addHelpText('after', HELP)
    .action(({ check }: { check?: boolean }) => (check ? checkMigrations(terminal) : applyMigrations(terminal)));
}

async function applyMigrations(terminal: Terminal): Promise<void> {
  const applied = await withDatabase(terminal, (db, log) => migrate(db, log));
  terminal.out(applied === 0 ? 'the schema is up to date' : `${applied} migration${applied === 1 ? '' : 's'} applied`);
}

async function checkMigrations(terminal: Terminal): Promise<void> {
  const pending = await withDatabase(terminal, async (db) => {
    await assertNotGuards(db);
    await assertKnownHistory(db);
    return pendingMigrations(db);
  });
  for (const name of pending) terminal.out(name);
  if (pending.length > 0) throw new Failure('migrations are missing; run plumbline migrate', 'drift');
  terminal.out('the schema is up to date');
}
