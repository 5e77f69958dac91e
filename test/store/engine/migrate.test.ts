import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { type Migration, migrate, pendingMigrations, readMigrations } from '../../../src/store/engine/migrate.ts';
import { openTestDatabase, withDatabase } from '../../database.ts';
import { SILENT } from '../../silent-log.ts';

const database = withDatabase();

function makeMigration(version: number, name: string, sql: string): Migration {
  return { version, name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
}

test('a migrated database has nothing pending, and migrating again does nothing', async () => {
  expect(await pendingMigrations(database())).toEqual([]);
  expect(await migrate(database(), SILENT)).toBe(0);
});

test('files are numbered without gaps, in order', async () => {
  const migrations = await readMigrations();
  expect(migrations.map((migration) => migration.version)).toEqual(migrations.map((_, i) => i + 1));
});

test('a file that was changed after it was applied is refused', async () => {
  const known = await readMigrations();
  const changed = known.map((migration, i) => (i === 1 ? { ...migration, checksum: 'other' } : migration));
  await expect(migrate(database(), SILENT, changed)).rejects.toThrow(
    /0002_events\.sql was changed after it was applied/,
  );
});

test('a database newer than the program is refused', async () => {
  const known = await readMigrations();
  await expect(migrate(database(), SILENT, known.slice(0, -1))).rejects.toThrow(
    `newer than this program: it has migration ${known.at(-1)?.name}`,
  );
});

test('a migration that fails leaves nothing behind; several that start at once apply each file once', async () => {
  const db = await openTestDatabase();
  try {
    const known = await readMigrations();
    const next = known.length + 1;
    const bad = makeMigration(next, '0099_bad.sql', 'create table half (x int); select 1 / 0;');
    await expect(migrate(db, SILENT, [...known, bad])).rejects.toMatchObject({ code: '22012' });
    expect((await db.query(`select to_regclass('half')::text as half`)).rows).toEqual([{ half: null }]);
    const good = makeMigration(next, '0099_good.sql', 'create table whole (x int); insert into whole values (1);');
    const applied = await Promise.all([1, 2, 3].map(() => migrate(db, SILENT, [...known, good])));
    expect(applied.toSorted()).toEqual([0, 0, 1]);
    expect((await db.query('select x from whole')).rows).toEqual([{ x: 1 }]);
  } finally {
    await db.close();
  }
});
