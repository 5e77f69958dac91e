import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY_MS, floorTo, HOUR_MS, MINUTE_MS } from '../../../src/core/time/window.ts';
import { loadWindow } from '../../../src/services/evaluation/load-window.ts';
import { ProfileCache } from '../../../src/services/evaluation/profile-cache.ts';
import { importGuard } from '../../../src/services/ingest/import-guard.ts';
import { foldProfiles } from '../../../src/services/maintenance/fold-profiles.ts';
import { runMaintenance } from '../../../src/services/maintenance/run-maintenance.ts';
import type { Database } from '../../../src/store/database.ts';
import { migrate } from '../../../src/store/engine/migrate.ts';
import { takeOverGuardTable, WrongDatabase } from '../../../src/store/guard-table.ts';
import { openTestDatabase } from '../../database.ts';
import { SILENT } from '../../silent-log.ts';
import { insertPayload, makeGuardDatabase } from './guard-database.ts';
import { drivenClock, NOW_MS, storedOf, testConfig } from './service.ts';

const STREAM = { service: 'payments_api', endpoint: 'POST /v2/payments' };
const ROWS = 5_000;
/** 5,000 payments every ten seconds are 14 hours; half of them are of a day that is no longer stored. */
const UNTIL_MS = floorTo(NOW_MS, DAY_MS) + 7 * HOUR_MS;
const clock = drivenClock(UNTIL_MS + MINUTE_MS);
const config = testConfig({ EVENT_RETENTION_DAYS: '30' });

let db: Database;
beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.close());

async function openGuard(payments: number): Promise<Database> {
  await makeGuardDatabase(db, payments, UNTIL_MS);
  return db;
}

async function takeOver(guard: Database): Promise<void> {
  await takeOverGuardTable(guard);
  await migrate(guard, SILENT);
  await runMaintenance({ db: guard, config, clock });
}

async function namesIn(guard: Database): Promise<string[]> {
  const sql = `select relname::text as name from pg_class where relnamespace = current_schema()::regnamespace order by 1`;
  return (await guard.query<{ name: string }>(sql)).rows.map(({ name }) => name);
}

/** All payments that profiles of any span know of. */
async function profiledIn(guard: Database) {
  const window = { startMs: floorTo(UNTIL_MS, DAY_MS) - 40 * DAY_MS, endMs: floorTo(UNTIL_MS, DAY_MS) + DAY_MS };
  const context = { db: guard, config, clock, cache: new ProfileCache() };
  const { rows } = await guard.query<{ id: number }>(`select id from streams where service = 'payments_api'`);
  return (await loadWindow(context, rows[0]?.id ?? 0, window)).profile;
}

describe("Guard's own database", () => {
  it('is refused with the command that takes it over, and nothing of it is changed', async () => {
    const guard = await openGuard(3);
    const before = await namesIn(guard);
    await expect(migrate(guard, SILENT)).rejects.toThrow(WrongDatabase);
    await expect(migrate(guard, SILENT)).rejects.toThrow('plumbline import guard');
    expect(await namesIn(guard)).toEqual(before);
    expect((await guard.query('select * from observations_raw')).rowCount).toBe(3);
  });

  it.each([
    ['without the table', 'drop table observations_raw', 'has no table observations_raw'],
    ['with another table of that name', 'alter table observations_raw rename payload to body', 'it has no payload'],
    ['with both tables', 'create table guard_observations_raw (id int)', 'there are both'],
  ])('%s there is nothing to take over', async (_, change, reason) => {
    const guard = await openGuard(1);
    await guard.query(change);
    const before = await namesIn(guard);
    await expect(takeOverGuardTable(guard)).rejects.toThrow(reason);
    expect(await namesIn(guard)).toEqual(before);
  });

  it('is read in: events with their columns, what is refused with its reason, and its table stays', async () => {
    const guard = await openGuard(2);
    await insertPayload(guard, UNTIL_MS, { note: 'no ts, no service' });
    await insertPayload(guard, UNTIL_MS, { request: 'x' });
    await insertPayload(guard, UNTIL_MS, 17);
    await insertPayload(guard, UNTIL_MS + DAY_MS, {});
    await takeOver(guard);
    const state = await importGuard({ db: guard, config, clock });
    expect(state).toMatchObject({ read: 6, stored: 3, folded: 0, duplicates: 0 });
    expect(state.refused).toMatchObject({
      invalid_request: { n: 1, firstId: 4 },
      not_an_object: { n: 1, firstId: 5 },
      ts_in_future: { n: 1, firstId: 6 },
    });
    const { events } = await storedOf(guard, STREAM);
    expect(events[1]).toEqual({
      ...STREAM,
      ts: new Date(UNTIL_MS).toISOString().replace('Z', '000Z'),
      host: 'client-2',
      request: { body: { amount: 2.25, currency: 'USD' } },
      response: { status: 200, duration_ms: 702 },
    });
    const other = await storedOf(guard, { service: 'other', endpoint: 'GET /' });
    expect(other.events).toMatchObject([{ note: 'no ts, no service', service: 'other' }]);
    expect((await guard.query('select * from guard_observations_raw')).rowCount).toBe(6);
    expect(await importGuard({ db: guard, config, clock })).toEqual(state);
  });

  it('interrupted and run again, twice at once, while profiles are folded: every row once', async () => {
    const guard = await openGuard(ROWS);
    // The older half is of the last day before those that are stored.
    await guard.query(`update observations_raw set ts = ts - interval '30 days' where ts < $1`, [
      new Date(floorTo(UNTIL_MS, DAY_MS)).toISOString(),
    ]);
    const { rows } = await guard.query<{ old: number }>(
      `select count(*) as old from observations_raw where ts < $1::timestamptz - interval '30 days'`,
      [new Date(floorTo(UNTIL_MS, DAY_MS)).toISOString()],
    );
    const old = rows[0]?.old ?? 0;
    expect(old).toBeGreaterThan(2_000);
    await takeOver(guard);

    const died = new Error('killed');
    await expect(importGuard({ db: dyingBeforeCommit(guard, died), config, clock })).rejects.toBe(died);
    const stop = () => {
      throw died;
    };
    await expect(importGuard({ db: guard, config, clock }, stop)).rejects.toBe(died);
    await foldProfiles(guard, clock.now());
    await runMaintenance({ db: guard, config, clock });
    const [one, other] = await Promise.all([1, 2].map(() => importGuard({ db: guard, config, clock })));

    expect(one).toEqual(other);
    expect(one).toMatchObject({ read: ROWS, stored: ROWS - old, folded: old, refused: {} });
    const stored = await guard.query<{ n: number }>('select sum(n)::int as n from event_batches');
    expect(stored.rows).toEqual([{ n: ROWS - old }]);
    for (const profile of [await profiledIn(guard), await foldedIn(guard)]) {
      expect(profile.events).toBe(ROWS);
      expect(profile.features.get('request.body.amount')?.numeric?.moments).toMatchObject({
        n: ROWS,
        min: 0.25,
        max: 99.25,
      });
      expect(profile.features.get('request.body.currency')?.categories?.counts.get('USD')).toBe(ROWS / 2);
      expect(profile.statuses).toEqual(new Map([[200, ROWS]]));
    }
  });
});

async function foldedIn(guard: Database) {
  clock.set(UNTIL_MS + 2 * DAY_MS);
  await foldProfiles(guard, clock.now());
  const profile = await profiledIn(guard);
  clock.set(UNTIL_MS + MINUTE_MS);
  return profile;
}

/** A process that dies when all of its second page is written and nothing of it is committed. */
function dyingBeforeCommit(guard: Database, died: Error): Database {
  return {
    ...guard,
    query: (sql, params, options) => guard.query(sql, params, options),
    transaction: (work, options) =>
      guard.transaction(async (tx) => {
        const result = await work(tx);
        const { rows } = await tx.query<{ read: number }>('select read from imports');
        if ((rows[0]?.read ?? 0) > 2_000) throw died;
        return result;
      }, options),
  };
}
