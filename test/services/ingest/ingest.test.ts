import { describe, expect, it } from 'vitest';
import type { Database, Queryable } from '../../../src/store/database.ts';
import { listStreams } from '../../../src/store/streams.ts';
import { withDatabase } from '../../database.ts';
import { NOW_MS, newStream, openIngest, refusal, send, storedOf } from './service.ts';

const database = withDatabase();

describe('a batch', () => {
  it('is stored as sent, together with its profile', async () => {
    const event = newStream();
    const batch = [
      event({}),
      event({ request: { body: { amount: 20, currency: 'EUR' } } }),
      event({}, { status: 500 }),
    ];
    expect((await send(openIngest(database()), batch)).answer).toEqual({
      accepted: 3,
      rejected: 0,
      duplicates: 0,
      errors: [],
    });
    const { events, profile } = await storedOf(database(), event());
    expect(events).toEqual(batch);
    expect(profile.events).toBe(3);
    expect(profile.statuses).toEqual(
      new Map([
        [200, 2],
        [500, 1],
      ]),
    );
    expect(profile.features.get('request.body.amount')?.numeric?.moments).toMatchObject({ n: 3, mean: 15 });
    expect(Object.fromEntries(profile.features.get('request.body.currency')?.categories?.counts ?? [])).toEqual({
      USD: 2,
      EUR: 1,
    });
  });

  it('with several streams and minutes is split by stream and minute', async () => {
    const [a, b] = [newStream(), newStream()];
    const early = { ts: NOW_MS - 3_600_000 };
    await send(openIngest(database()), [a(), b(), a(early), b(early), a()]);
    expect((await storedOf(database(), a())).events).toEqual([a(early), a(), a()]);
    expect((await storedOf(database(), b())).profile.events).toBe(2);
  });

  it('can be NDJSON; only the broken line is refused', async () => {
    const event = newStream();
    const text = `${JSON.stringify(event())}\n{"oops\n\n${JSON.stringify(event())}\n`;
    const { answer } = await send(openIngest(database()), text, { format: 'ndjson' });
    expect(answer).toMatchObject({ accepted: 2, rejected: 1, errors: [{ index: 1, code: 'invalid_json' }] });
    expect((await storedOf(database(), event())).events).toHaveLength(2);
  });

  it('concurrent batches that create many streams do not wait for each other', async () => {
    const makers = Array.from({ length: 25 }, () => newStream());
    const senders = Array.from({ length: 6 }, () => openIngest(database()));
    const orders = [makers, makers.toReversed()];
    const answers = await Promise.all(
      senders.map((ingest, i) => {
        const batch = (orders[i % 2] ?? []).map((event) => event({ request: { a: 1, b: 2, c: 3 }, n: i }));
        return send(ingest, batch, i % 3 === 0 ? { key: `many ${batch[0]?.endpoint} ${i}` } : {});
      }),
    );
    expect(answers.map(({ answer }) => answer.accepted)).toEqual(senders.map(() => 25));
    expect((await storedOf(database(), makers[7]?.() ?? {})).profile.events).toBe(6);
  });

  it('with many new streams takes no more statements than with one', async () => {
    const counting = countStatements(database());
    const statementsFor = async (streams: number): Promise<number> => {
      const before = counting.count();
      const batch = Array.from({ length: streams }, () => newStream()());
      expect((await send(openIngest(counting.db), batch)).answer.accepted).toBe(streams);
      return counting.count() - before;
    };
    const [one, many] = [await statementsFor(1), await statementsFor(200)];
    expect(many).toBe(one);
  });

  it('concurrent batches are each stored once', async () => {
    const event = newStream();
    const ingest = openIngest(database());
    await Promise.all(Array.from({ length: 40 }, (_, i) => send(ingest, [event({ n: i })])));
    const { events, profile } = await storedOf(database(), event());
    expect(events.map((e) => (e as { n: number }).n).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 40 }, (_, i) => i),
    );
    expect(profile.events).toBe(40);
  });
});

function countStatements(inner: Database): { db: Database; count: () => number } {
  let count = 0;
  const counted = (on: Queryable): Queryable['query'] => {
    return (sql, params) => {
      count++;
      return on.query(sql, params);
    };
  };
  const db: Database = {
    engine: inner.engine,
    availability: inner.availability,
    query: counted(inner),
    within: () => db,
    transaction: (work, options) => inner.transaction((tx) => work({ query: counted(tx) }), options),
    close: () => inner.close(),
  };
  return { db, count: () => count };
}

describe('bad events are refused one by one', () => {
  const at = (ms: number): string => new Date(ms).toISOString();
  const nested = (levels: number): object => (levels === 0 ? {} : { in: nested(levels - 1) });
  it.each<[string, unknown, string]>([
    ['a number', 5, 'not_an_object'],
    ['null', null, 'not_an_object'],
    ['no ts', { ts: undefined }, 'invalid_ts'],
    ['ts null', { ts: null }, 'invalid_ts'],
    ['ts without a zone', { ts: '2026-05-04T12:00:00' }, 'invalid_ts'],
    ['year 9999', { ts: '9999-12-31T23:59:59Z' }, 'ts_in_future'],
    ['an hour ahead', { ts: at(NOW_MS + 3_600_000) }, 'ts_in_future'],
    ['older than the retention', { ts: at(NOW_MS - 31 * 86_400_000) }, 'ts_too_old'],
    ['an empty service', { service: '' }, 'invalid_service'],
    ['a long endpoint', { endpoint: 'x'.repeat(401) }, 'invalid_endpoint'],
    ['host other than text', { host: 5 }, 'invalid_host'],
    ['request a text', { request: 'x' }, 'invalid_request'],
    ['response an array', { response: [] }, 'invalid_response'],
    ['NUL in a string', { note: 'a\0b' }, 'invalid_text'],
    ['NUL in a name', { 'a\0b': 1 }, 'invalid_text'],
    ['a lone surrogate', { note: 'a\ud800' }, 'invalid_text'],
    ['depth 33', { a: nested(32) }, 'too_deep'],
    ['1,001 leaves', { a: Array.from({ length: 1001 }, () => 1) }, 'too_many_leaves'],
  ])('%s', async (_, fields, code) => {
    const event = newStream();
    const bad = typeof fields === 'object' && fields !== null ? event(fields) : fields;
    const { answer } = await send(openIngest(database()), [event(), bad, event()]);
    expect(answer).toMatchObject({ accepted: 2, rejected: 1, errors: [{ index: 1, code }] });
    expect((await storedOf(database(), event())).profile.events).toBe(2);
  });

  it('1e400', async () => {
    const event = newStream();
    const text = `[${JSON.stringify(event())},${JSON.stringify(event({ big: 0 })).replace('"big":0', '"big":1e400')}]`;
    const { answer } = await send(openIngest(database()), text);
    expect(answer.errors).toMatchObject([{ index: 1, code: 'not_finite' }]);
  });

  it('a leap second is accepted and belongs to the next minute', async () => {
    const event = newStream();
    const clockMs = Date.UTC(2017, 0, 1, 0, 1);
    const ingest = openIngest(database(), {}, { now: () => clockMs });
    expect((await send(ingest, [event({ ts: '2016-12-31T23:59:60Z' })])).answer.accepted).toBe(1);
    expect((await storedOf(database(), event())).events).toHaveLength(1);
  });

  it('null is missing and "5" is text, never a number', async () => {
    const event = newStream();
    const amounts = [10, null, '5', 20].map((amount) => event({ request: { body: { amount } } }));
    await send(openIngest(database()), amounts);
    const feature = (await storedOf(database(), event())).profile.features.get('request.body.amount');
    expect(feature?.numeric?.moments).toMatchObject({ n: 2, mean: 15, min: 10 });
    expect([...(feature?.categories?.counts ?? [])]).toEqual([['5', 1]]);
  });

  it('names of Object.prototype are ordinary names', async () => {
    const event = newStream();
    const text = `[${JSON.stringify(event()).replace('{', '{"__proto__":{"polluted":1},"constructor":2,"toString":3,')}]`;
    expect((await send(openIngest(database()), text)).answer.accepted).toBe(1);
    const { profile } = await storedOf(database(), event());
    expect([...profile.features.keys()]).toEqual(
      expect.arrayContaining(['__proto__.polluted', 'constructor', 'toString']),
    );
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('a stream with all its features still takes events: new paths are stored, not profiled, and counted', async () => {
    const event = newStream();
    const ingest = openIngest(database(), { MAX_FEATURES: '10' });
    const wide = (from: number) =>
      event({ wide: Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`f${from + i}`, 1])) });
    expect((await send(ingest, [event()])).answer.ignored_features).toBeUndefined();
    const { answer } = await send(ingest, [event(), wide(0), wide(0), event()]);
    expect(answer).toMatchObject({ accepted: 4, rejected: 0, errors: [], ignored_features: 2 });
    expect((await send(ingest, [wide(1), event()])).answer.ignored_features).toBe(3);

    const { profile, events } = await storedOf(database(), event());
    expect([profile.features.size, profile.events]).toEqual([10, 7]);
    expect(events).toContainEqual(wide(1));
    const entry = async () => {
      const { streams } = await listStreams(database(), { limit: 500, after: undefined });
      return streams.find(({ endpoint }) => endpoint === event().endpoint);
    };
    expect(await entry()).toMatchObject({ features: 10, ignoredFeatures: 3 });
    // Another process knows the same features.
    const again = openIngest(database(), { MAX_FEATURES: '10' });
    expect((await send(again, [wide(2)])).answer.ignored_features).toBe(4);
    expect(await entry()).toMatchObject({ features: 10, ignoredFeatures: 4 });

    const wider = openIngest(database(), { MAX_FEATURES: '500' });
    expect((await send(wider, [wide(1)])).answer.ignored_features).toBeUndefined();
    expect(await entry()).toMatchObject({ features: 13, ignoredFeatures: 1 });
  });

  it('an event that exceeds the limit on streams is refused', async () => {
    const [known, fresh] = [newStream(), newStream()];
    await send(openIngest(database()), [known()]);
    const full = openIngest(database(), { MAX_STREAMS: '1' });
    const { answer } = await send(full, [known(), fresh(), fresh()]);
    expect(answer).toMatchObject({ accepted: 1, errors: [{ code: 'too_many_streams' }, { code: 'too_many_streams' }] });
  });

  it('a million categories are accepted in bounded memory', async () => {
    const event = newStream();
    const ingest = openIngest(database());
    for (let batch = 0; batch < 5; batch++) {
      await send(
        ingest,
        Array.from({ length: 2000 }, (_, i) => event({ request: { user: `u${batch}-${i}` } })),
      );
    }
    const users = (await storedOf(database(), event())).profile.features.get('request.user')?.categories;
    expect(users?.counts.size).toBeLessThanOrEqual(1000);
    expect(users?.n).toBe(10_000);
    expect(users?.cardinality()).toBeGreaterThan(9_000);
  });
});

describe('a batch is refused as a whole', () => {
  it.each<[string, string, string]>([
    ['not JSON', '[{', 'invalid_json'],
    ['not an array', '{}', 'invalid_batch'],
    ['empty', '[]', 'invalid_batch'],
    ['only bad events', '[1,2]', 'invalid_batch'],
    ['10,001 events', `[${'0,'.repeat(10_000)}0]`, 'invalid_batch'],
  ])('%s', async (_, text, code) => {
    expect((await refusal(send(openIngest(database()), text))).code).toBe(code);
  });

  it('with the same message as the guard: "Expected non-empty JSON array"', async () => {
    expect((await refusal(send(openIngest(database()), '[]'))).message).toBe('Expected non-empty JSON array');
  });

  it('in strict mode, when one event is bad', async () => {
    const event = newStream();
    const error = await refusal(send(openIngest(database()), [event(), event({ host: 1 })], { isStrict: true }));
    expect(error).toMatchObject({ code: 'invalid_batch', status: 400, errors: [{ path: '/1' }] });
    expect((await storedOf(database(), event())).events).toEqual([]);
  });
});
