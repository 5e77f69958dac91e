import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  activateBaseline,
  type BaselineInsert,
  deleteBaseline,
  findActiveBaseline,
  findBaseline,
  getBaselineProfile,
  insertBaseline,
  listBaselines,
} from '../../src/store/baselines.ts';
import { withDatabase } from '../database.ts';
import { DAY, makeStream } from './make.ts';

const database = withDatabase();

function draft(streamId: number, name: string = randomUUID()): BaselineInsert {
  return {
    streamId,
    name,
    createdAtMs: DAY + 5,
    windowStartMs: DAY - 1_000,
    windowEndMs: DAY,
    samples: 200,
    slo: { successMin: 0.99 },
    features: [{ path: 'request.amount', kind: 'numeric', n: 200, missing: 0 }],
    warnings: ['only 200 events'],
    source: 'events',
    profile: Uint8Array.of(1, 2, 255),
  };
}

describe('baselines', () => {
  test('one comes back as it went in, by name and by id', async () => {
    const db = database();
    const insert = draft(await makeStream(db));
    const made = await insertBaseline(db, insert);
    const { profile, ...rest } = insert;
    expect(made).toMatchObject({ ...rest, service: 'test', active: false });
    expect(await findBaseline(db, insert.name)).toEqual(made);
    expect(await findBaseline(db, made.id)).toEqual(made);
    expect(await findBaseline(db, String(made.id))).toEqual(made);
    expect([...(await getBaselineProfile(db, made.id))]).toEqual([...profile]);
    await expect(getBaselineProfile(db, 999_999)).rejects.toMatchObject({ code: 'baseline_not_found' });
    expect(await findBaseline(db, 'no such')).toBeUndefined();
  });

  test('a name that is all digits wins over an id', async () => {
    const db = database();
    const streamId = await makeStream(db);
    const first = await insertBaseline(db, draft(streamId));
    const second = await insertBaseline(db, draft(streamId, String(first.id)));
    expect((await findBaseline(db, String(first.id)))?.id).toBe(second.id);
    expect((await findBaseline(db, first.id))?.id).toBe(first.id);
  });

  test('a taken name is refused', async () => {
    const db = database();
    const insert = draft(await makeStream(db));
    await insertBaseline(db, insert);
    await expect(insertBaseline(db, insert)).rejects.toMatchObject({ code: '23505' });
  });

  test('a stream has one active baseline, however many are activated at once', async () => {
    const db = database();
    const streamId = await makeStream(db);
    const made = await Promise.all([1, 2, 3].map(() => insertBaseline(db, draft(streamId))));
    expect(await findActiveBaseline(db, streamId)).toBeUndefined();
    await Promise.all(made.map(({ id }) => db.transaction((tx) => activateBaseline(tx, id))));
    expect((await listBaselines(db, { streamId, isActive: true, limit: 10 })).baselines).toHaveLength(1);
    await db.transaction((tx) => activateBaseline(tx, made[0]?.id ?? 0));
    expect((await findActiveBaseline(db, streamId))?.id).toBe(made[0]?.id);
    expect(await db.transaction((tx) => activateBaseline(tx, 999_999))).toBe(false);
  });

  test('pages are newest first; deleting says whether there was one', async () => {
    const db = database();
    const streamId = await makeStream(db);
    const ids: number[] = [];
    for (let i = 0; i < 3; i++) ids.unshift((await insertBaseline(db, draft(streamId))).id);
    const first = await listBaselines(db, { streamId, limit: 2 });
    expect(first.baselines.map((b) => b.id)).toEqual(ids.slice(0, 2));
    const second = await listBaselines(db, { streamId, limit: 2, after: first.next ?? undefined });
    expect(second).toMatchObject({ baselines: [{ id: ids[2] }], next: null });
    expect(await deleteBaseline(db, ids[2] ?? 0)).toBe(true);
    expect(await deleteBaseline(db, ids[2] ?? 0)).toBe(false);
  });
});
