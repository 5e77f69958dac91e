import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DATABASE_FAULTS, type Database, type DatabaseFault, DatabaseUnavailable } from '../../src/store/database.ts';
import { openTestDatabase } from '../database.ts';
import { NOW, openService, type Service, stubDatabase } from './service.ts';

let db: Database;
beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.close());

const batch = (endpoint: string) => JSON.stringify([{ ts: NOW, service: 'faults', endpoint, request: { amount: 5 } }]);

function post({ app }: Service, endpoint: string, key: string = randomUUID()) {
  const headers = { 'content-type': 'application/json', 'idempotency-key': key };
  return app.inject({ method: 'POST', url: '/v1/ingest', headers, payload: batch(endpoint) });
}

const events = async ({ app }: Service, endpoint: string): Promise<unknown[]> =>
  (await app.inject(`/v1/events?service=faults&endpoint=${endpoint}`)).json().events;

async function failInserts(state: string): Promise<void> {
  await db.query(`
    create function fail() returns trigger language plpgsql as $$ begin
      raise exception 'could not extend file "base/secret"' using errcode = '${state}';
    end $$;
    create trigger fail before insert on profile_parts execute function fail()`);
}

describe('a batch that the database cannot store', () => {
  it.each([
    ['53100', 'disk_full'],
    ['53200', 'out_of_memory'],
    ['53300', 'too_many_connections'],
    ['25006', 'read_only'],
    ['57P01', 'shutting_down'],
    ['57P03', 'shutting_down'],
    ['58030', 'io_failed'],
  ])('for %s is 503, and is stored once when it is sent again', async (state, fault) => {
    const service = openService(db, { AUTH: 'off' });
    const [endpoint, key] = [`/${state}`, randomUUID()];
    await failInserts(state);
    try {
      const refused = await post(service, endpoint, key);
      expect([refused.statusCode, refused.headers['retry-after'], refused.json().code]).toEqual([
        503,
        '2',
        'database_unavailable',
      ]);
      expect(refused.body).not.toContain('secret');
      expect(db.availability.lastFault).toBe(fault);
    } finally {
      await db.query('drop function fail cascade');
    }
    expect((await post(service, endpoint, key)).statusCode).toBe(200);
    expect((await post(service, endpoint, key)).headers['idempotent-replayed']).toBe('true');
    expect(await events(service, endpoint)).toHaveLength(1);
    expect((await service.app.inject('/readyz')).statusCode).toBe(200);
    expect(db.availability.lastFault).toBeUndefined();
  });

  it('because another transaction won is 503 too', async () => {
    const service = openService(db, { AUTH: 'off' });
    await failInserts('40001');
    const refused = await post(service, '/40001');
    await db.query('drop function fail cascade');
    expect([refused.statusCode, refused.headers['retry-after']]).toEqual([503, '2']);
    expect(refused.json().detail).toContain('Send this one again');
  });
});

async function setReadOnly(value: 'on' | 'off'): Promise<void> {
  await db.query(`set default_transaction_read_only = off`);
  if (db.engine === 'embedded') return void (await db.query(`set default_transaction_read_only = ${value}`));
  await db.query(`do $$ begin
    execute format('alter database %I set default_transaction_read_only = ${value}', current_database());
    perform pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid();
  end $$`);
  await db.query(`set default_transaction_read_only = ${value}`);
}

it('a server that is read-only refuses batches, and says so until it is not', async () => {
  const service = openService(db, { AUTH: 'off' });
  await setReadOnly('on');
  const refused = await post(service, '/read-only');
  const readiness = await service.app.inject('/readyz');
  await setReadOnly('off');
  expect([refused.statusCode, refused.headers['retry-after']]).toEqual([503, '2']);
  expect([readiness.statusCode, readiness.json().code, readiness.json().detail]).toEqual([
    503,
    'database_unavailable',
    'The database is read-only.',
  ]);
  expect((await post(service, '/read-only')).statusCode).toBe(200);
  expect((await service.app.inject('/readyz')).statusCode).toBe(200);
});

describe('/readyz', () => {
  it.each(Object.keys(DATABASE_FAULTS) as DatabaseFault[])('says %s in words', async (fault) => {
    const failing = stubDatabase(() => Promise.reject(new DatabaseUnavailable('at 10.0.0.7', { fault })));
    const answer = await openService(failing).app.inject('/readyz');
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '5']);
    expect(answer.json().detail).toBe(`The database ${DATABASE_FAULTS[fault]}.`);
  });

  it('tries to write after a full disk, because reading succeeds on one', async () => {
    let isFull = true;
    const statements: string[] = [];
    const disk: Database = {
      ...stubDatabase(async () => ({ rows: [], rowCount: 0 })),
      availability: { lastFault: 'disk_full', isSilent: false, recovered: () => (isFull = false) },
      transaction: (work) =>
        work({
          query: async (sql) => {
            statements.push(sql);
            if (isFull) throw new DatabaseUnavailable('no space left', { fault: 'disk_full' });
            return { rows: [], rowCount: 0 };
          },
        }),
    };
    const { app } = openService(disk);
    expect((await app.inject('/readyz')).json().detail).toBe('The database has no disk space left.');
    isFull = false;
    expect((await app.inject('/readyz')).json().code).toBe('not_ready');
    expect(statements).toEqual([
      expect.stringContaining('create temporary table'),
      expect.stringContaining('create temporary table'),
    ]);
  });

  it('does not ask a database that is silent', async () => {
    const silent: Database = {
      ...stubDatabase(() => new Promise(() => undefined)),
      availability: { lastFault: undefined, isSilent: true, recovered: () => undefined },
    };
    const answer = await openService(silent).app.inject('/readyz');
    expect(answer.json().detail).toBe('The database did not answer a statement in time.');
  });
});
