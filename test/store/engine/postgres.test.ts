import { createServer } from 'node:net';
import { describe, expect, inject, test } from 'vitest';
import { DatabaseUnavailable } from '../../../src/store/database.ts';
import { openPostgres } from '../../../src/store/engine/postgres.ts';
import { SILENT } from '../../silent-log.ts';

const { databaseUrl } = inject('testDatabase');

describe('postgres', () => {
  test('a server that is not there, or hangs up, is DatabaseUnavailable', async () => {
    const server = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const db = openPostgres({ databaseUrl: `postgres://a:b@127.0.0.1:${port}/c`, poolSize: 2, log: SILENT });
    await expect(db.query('select 1')).rejects.toThrow(DatabaseUnavailable);
    await expect(db.transaction((tx) => tx.query('select 1'))).rejects.toThrow(DatabaseUnavailable);
    await new Promise((resolve) => server.close(resolve));
    await expect(db.query('select 1')).rejects.toThrow(DatabaseUnavailable);
    await db.close();
    await expect(db.query('select 1')).rejects.toThrow(DatabaseUnavailable);
  });

  test.runIf(databaseUrl !== undefined)(
    'a lost connection costs one DatabaseUnavailable, and the pool serves on',
    async () => {
      const options = { databaseUrl: databaseUrl ?? '', poolSize: 1, log: SILENT };
      const [db, other] = [openPostgres(options), openPostgres(options)];
      try {
        const lost = db.transaction(async (tx) => {
          const { rows } = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
          await other.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
          await tx.query('select 1');
        });
        await expect(lost).rejects.toThrow(DatabaseUnavailable);
        expect((await db.query('select 1 as x')).rows).toEqual([{ x: 1 }]);
      } finally {
        await Promise.all([db.close(), other.close()]);
      }
    },
  );

  test.runIf(databaseUrl !== undefined)('a statement that runs too long is ended by the server', async () => {
    const db = openPostgres({ databaseUrl: databaseUrl ?? '', poolSize: 1, log: SILENT, statementTimeoutMs: 50 });
    await expect(db.query('select pg_sleep(30)')).rejects.toThrow(DatabaseUnavailable);
    expect((await db.query('select 1 as x')).rows).toEqual([{ x: 1 }]);
    await db.close();
  });
});
