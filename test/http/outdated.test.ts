import { describe, expect, it, onTestFinished } from 'vitest';
import type { Database } from '../../src/store/database.ts';
import { latestMigration } from '../../src/store/engine/migrate.ts';
import { emptiedDatabase } from '../database.ts';
import { NOW, openService } from './service.ts';

const NEWER = latestMigration() + 1;
const PREFIX = String(NEWER).padStart(4, '0');

/** What a newer version does first. */
async function migrateOn(db: Database): Promise<void> {
  const sql = 'insert into schema_migrations (version, name, checksum) values ($1, $2, $3)';
  await db.query(sql, [NEWER, `${PREFIX}_next.sql`, 'x']);
}

async function open() {
  const db = await emptiedDatabase();
  onTestFinished(() => close(db));
  const service = openService(db, { AUTH: 'off' });
  const events = [{ ts: NOW, service: 'shop', endpoint: 'GET /', response: { status: 200 } }];
  const ingest = () => service.app.inject({ method: 'POST', url: '/v1/ingest', payload: events });
  return { db, ...service, ingest };
}

async function close(db: Database): Promise<void> {
  await db.query('delete from schema_migrations where version = $1', [NEWER]);
}

describe('once a newer version has migrated the database', () => {
  it('nothing is stored, reads go on, and /readyz says why', async () => {
    const { db, app, schema, ingest, logged } = await open();
    expect((await ingest()).statusCode).toBe(200);
    await migrateOn(db);
    await schema.check();
    await schema.check();
    const put = { method: 'POST', url: '/v1/keys', payload: { scope: 'admin' } } as const;
    for (const answer of [await ingest(), await app.inject(put), await app.inject('/reports/latest?service=shop')]) {
      expect(answer.json()).toMatchObject({
        status: 503,
        code: 'outdated',
        detail: expect.stringContaining(`${PREFIX}_next.sql`),
      });
      expect(answer.headers['retry-after']).toBe('5');
    }
    const ready = await app.inject('/readyz');
    expect([ready.statusCode, ready.json().code, ready.headers['retry-after']]).toEqual([503, 'outdated', '5']);
    expect((await app.inject('/livez')).statusCode).toBe(200);
    expect((await app.inject('/v1/streams')).json()).toMatchObject({ streams: [{ service: 'shop' }] });
    expect((await db.query('select from api_keys')).rowCount).toBe(0);
    expect(logged.filter((line) => line.includes('a newer version has migrated the database'))).toHaveLength(1);
    await close(db);
    expect((await app.inject('/readyz')).statusCode).toBe(200);
    expect((await ingest()).statusCode).toBe(200);
  });

  it('/readyz finds out by itself', async () => {
    const { db, app, ingest } = await open();
    await migrateOn(db);
    expect((await app.inject('/readyz')).json().code).toBe('outdated');
    expect((await ingest()).statusCode).toBe(503);
  });

  it('a statement that its change of a table lets fail is no internal error', async () => {
    const { db, ingest } = await open();
    await migrateOn(db);
    await db.query('alter table event_batches rename to event_batches_next');
    const answer = await ingest();
    await db.query('alter table event_batches_next rename to event_batches');
    expect([answer.statusCode, answer.json().code, answer.headers['retry-after']]).toEqual([503, 'outdated', '5']);
  });
});
