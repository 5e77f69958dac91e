import { describe, expect, test } from 'vitest';
import { DatabaseUnavailable, type Queryable } from '../../src/store/database.ts';
import { findStream, getOrCreateStream } from '../../src/store/streams.ts';
import { withDatabase } from '../database.ts';

const database = withDatabase();

describe('database, the same on either engine', () => {
  test('types come back the same way', async () => {
    const { rows } = await database().query<Record<string, unknown>>(
      `select 9007199254740991::int8 as int8, count(*) as count, '\\x00ff'::bytea as bytes, 1.5::float8 as float8,
        '2026-01-01T00:00:00.123Z'::timestamptz as time, '{"a":[1]}'::json as json, true as yes, null as nothing
        from generate_series(1, 3)`,
    );
    const { bytes, ...rest } = rows[0] ?? {};
    expect(bytes).toBeInstanceOf(Uint8Array);
    expect([...(bytes as Uint8Array)]).toEqual([0, 255]);
    expect(rest).toEqual({
      int8: Number.MAX_SAFE_INTEGER,
      count: 3,
      float8: 1.5,
      time: new Date('2026-01-01T00:00:00.123Z'),
      json: { a: [1] },
      yes: true,
      nothing: null,
    });
  });

  test('a whole number that JSON would change is an error, and the next statement is answered', async () => {
    const db = database();
    const tooLarge = db.query('select 9007199254740993::int8 as id');
    await expect(tooLarge).rejects.toThrow(/returned 9007199254740993, which is beyond 2\^53 - 1 .* docs\/scaling\.md/);
    await expect(db.query('select $1::int8 as id', ['-9007199254740992'])).rejects.toThrow(/beyond 2\^53 - 1/);
    expect((await db.query('select $1::int8 as id', ['-9007199254740991'])).rows).toEqual([{ id: -(2 ** 53 - 1) }]);
  });

  test('parameters go in the same way', async () => {
    const bytes = Uint8Array.from({ length: 300 }, (_, i) => i % 256).subarray(10, 290);
    const { rows } = await database().query<{ n: number; text: string; yes: boolean; bytes: Uint8Array; none: null }>(
      'select $1::int8 as n, $2::text as text, $3::boolean as yes, $4::bytea as bytes, $5::text as none',
      [Number.MAX_SAFE_INTEGER, 'é"\\\'', true, bytes, null],
    );
    expect(rows[0]).toMatchObject({ n: Number.MAX_SAFE_INTEGER, text: 'é"\\\'', yes: true, none: null });
    expect([...(rows[0]?.bytes ?? [])]).toEqual([...bytes]);
  });

  test('rowCount counts what was returned or changed', async () => {
    const db = database();
    await db.query('create table counted (x int)');
    expect((await db.query('insert into counted select * from generate_series(1, $1::int)', [5])).rowCount).toBe(5);
    expect((await db.query('update counted set x = 0 where x > 2')).rowCount).toBe(3);
    expect((await db.query('select x from counted')).rowCount).toBe(5);
    expect((await db.query('delete from counted where x = $1', [7])).rowCount).toBe(0);
    expect((await db.query('select 1 as x; select 2 as x')).rows).toEqual([{ x: 2 }]);
  });

  test('a prepared statement answers as any other, also after an error, and is planned in no transaction', async () => {
    const db = database();
    const ask = (on: Queryable, x: unknown, prepareAs = 'test_divide') =>
      on.query<{ x: number }>('select 10 / $1::int as x', [x], { prepareAs });
    expect((await ask(db, 5)).rows).toEqual([{ x: 2 }]);
    await expect(ask(db, 0)).rejects.toMatchObject({ code: '22012' });
    expect((await ask(db, 2)).rows).toEqual([{ x: 5 }]);
    await db.transaction(async (tx) => {
      expect((await ask(tx, 1, 'test_in_transaction')).rows).toEqual([{ x: 10 }]);
    });
    const { rows } = await db.query<{ name: string }>(
      "select name from pg_prepared_statements where name like 'test_%'",
    );
    expect(rows.map(({ name }) => name)).toEqual(db.engine === 'postgres' ? ['test_divide'] : []);
  });

  test('a transaction commits when its work resolves, and rolls back when it throws', async () => {
    const db = database();
    await db.transaction((tx) => getOrCreateStream(tx, 'tx', 'kept'));
    const failed = db.transaction(async (tx) => {
      await getOrCreateStream(tx, 'tx', 'lost');
      throw new RangeError('no');
    });
    await expect(failed).rejects.toThrow(RangeError);
    expect(await findStream(db, 'tx', 'kept')).toBeDefined();
    expect(await findStream(db, 'tx', 'lost')).toBeUndefined();
  });

  test('a failed statement inside a transaction undoes all of it, and the connection serves on', async () => {
    const db = database();
    const failed = db.transaction(async (tx) => {
      await getOrCreateStream(tx, 'tx', 'undone');
      await tx.query('select 1 / 0');
    });
    await expect(failed).rejects.toMatchObject({ code: '22012' });
    const swallowed = db.transaction(async (tx) => {
      await getOrCreateStream(tx, 'tx', 'undone');
      await tx.query('select 1 / 0').catch(() => undefined);
    });
    await expect(swallowed).rejects.toThrow(/was rolled back/);
    expect(await findStream(db, 'tx', 'undone')).toBeUndefined();
    const answers = await Promise.all(Array.from({ length: 12 }, (_, i) => db.query('select $1::int as i', [i])));
    expect(answers.map((answer) => answer.rows)).toEqual(Array.from({ length: 12 }, (_, i) => [{ i }]));
  });

  test('an error says its code and message, and carries nothing of the statement', async () => {
    const secret = 'parameter-that-must-not-travel';
    const failed = database().query('select $1::text::int as x, $2::text', ['7x', secret]);
    const error: unknown = await failed.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: '22P02', message: expect.stringContaining('7x') });
    expect(JSON.stringify(error)).not.toContain(secret);
    expect((error as Error).message.length).toBeLessThan(300);
  });

  test('repeatable read sees one snapshot', async () => {
    const db = database();
    const count = 'select count(*) as n from streams';
    await db.transaction(
      async (tx) => {
        const before = await tx.query(count);
        if (db.engine === 'postgres') await getOrCreateStream(db, 'snapshot', String(before.rows.length));
        expect((await tx.query(count)).rows).toEqual(before.rows);
        expect((await tx.query('show transaction_isolation')).rows).toEqual([
          { transaction_isolation: 'repeatable read' },
        ]);
      },
      { isolation: 'repeatable read' },
    );
  });

  test('a text with NUL or a lone surrogate fails or is replaced, and the process lives on', async () => {
    const db = database();
    await expect(db.query('select $1::text as x', ['a\0b'])).rejects.toThrow();
    const { rows } = await db.query<{ x: string }>('select $1::text as x', ['\ud800']);
    expect(rows[0]?.x).toBe('\ufffd');
    await expect(db.query(`select '{"a":"\\u0000"}'::jsonb`)).rejects.toThrow();
    await expect(db.query('select 1 as x')).resolves.toMatchObject({ rowCount: 1 });
  });

  test('DatabaseUnavailable says why', () => {
    expect(new DatabaseUnavailable('it sleeps').message).toBe('The database is unavailable: it sleeps');
  });
});
