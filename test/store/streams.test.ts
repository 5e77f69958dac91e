import { describe, expect, test } from 'vitest';
import {
  addFeaturePaths,
  countStreams,
  findStream,
  findStreamById,
  getOrCreateStream,
  listFeaturePaths,
  listStreams,
} from '../../src/store/streams.ts';
import { withDatabase } from '../database.ts';

const database = withDatabase();

describe('streams', () => {
  test('a stream is made once and found by name and by id', async () => {
    const db = database();
    const made = await getOrCreateStream(db, 'payments', 'POST /pay');
    expect(made).toMatchObject({ service: 'payments', endpoint: 'POST /pay' });
    expect(await getOrCreateStream(db, 'payments', 'POST /pay')).toEqual(made);
    expect(await findStream(db, 'payments', 'POST /pay')).toEqual(made);
    expect(await findStreamById(db, made.id)).toEqual(made);
    expect(await findStream(db, 'payments', 'POST /refund')).toBeUndefined();
  });

  test('many who meet a new stream at once all get the same one', async () => {
    const db = database();
    const met = await Promise.all(Array.from({ length: 8 }, () => getOrCreateStream(db, 'race', 'GET /')));
    expect(new Set(met.map((stream) => stream.id)).size).toBe(1);
  });

  test('service and endpoint may be 512 characters of any script', async () => {
    const db = database();
    const long = Array.from({ length: 512 }, (_, i) => String.fromCodePoint(0x1f300 + ((i * 7) % 500))).join('');
    const made = await getOrCreateStream(db, long, long);
    expect((await findStream(db, long, long))?.id).toBe(made.id);
    await expect(getOrCreateStream(db, `${long}x`, 'GET /')).rejects.toMatchObject({ code: '23514' });
  });

  test('pages of streams hold each stream once', async () => {
    const db = database();
    for (const name of ['a', 'b', 'c', 'd', 'e']) await getOrCreateStream(db, 'paged', name);
    const seen: number[] = [];
    let cursor: string | null | undefined;
    do {
      const page = await listStreams(db, { limit: 2, after: cursor ?? undefined });
      expect(page.streams.length).toBeLessThanOrEqual(2);
      seen.push(...page.streams.map((stream) => stream.id));
      cursor = page.next;
    } while (cursor !== null);
    expect(seen.length).toBe(await countStreams(db));
    expect(new Set(seen).size).toBe(seen.length);
  });

  test('a cursor that we did not give out is refused', async () => {
    await expect(listStreams(database(), { limit: 2, after: 'x' })).rejects.toMatchObject({ code: 'invalid_request' });
  });

  test('feature paths are kept once, whatever their length', async () => {
    const db = database();
    const { id } = await getOrCreateStream(db, 'features', 'GET /');
    const long = `request.${'x'.repeat(5_000)}`;
    const named = (...paths: string[]) => paths.map((path) => ({ streamId: id, path }));
    await addFeaturePaths(db, named('request.amount', long));
    await addFeaturePaths(db, named('request.amount', 'constructor'));
    await addFeaturePaths(db, []);
    expect((await listFeaturePaths(db, id)).toSorted()).toEqual(['constructor', 'request.amount', long]);
  });
});
