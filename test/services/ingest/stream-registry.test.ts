import { expect, test } from 'vitest';
import { ALL_FEATURES } from '../../../src/core/profile/rules.ts';
import { StreamRegistry } from '../../../src/services/ingest/stream-registry.ts';
import type { Database } from '../../../src/store/database.ts';
import { countStreams } from '../../../src/store/streams.ts';
import { withDatabase } from '../../database.ts';

const database = withDatabase();

/** The same database; `meanwhile` happens once, right before it is counted how many streams there are. */
function interrupted(db: Database, meanwhile: () => Promise<unknown>): Database {
  let isDone = false;
  const query: Database['query'] = async (sql, params, options) => {
    if (!isDone && sql.includes('count(*)')) {
      isDone = true;
      await meanwhile();
    }
    return db.query(sql, params, options);
  };
  return { ...db, engine: db.engine, availability: db.availability, query };
}

test('streams that another batch has stored meanwhile are not refused, however near the limit is', async () => {
  const db = database();
  const names = Array.from({ length: 5 }, (_, i) => ({ service: 'near', endpoint: `GET /${i}` }));
  const max = (await countStreams(db)) + names.length;
  const other = new StreamRegistry(db, ALL_FEATURES, max);
  const registry = new StreamRegistry(
    interrupted(db, () => other.open(names.slice(0, 4))),
    ALL_FEATURES,
    max,
  );
  expect(await registry.open(names)).toEqual(new Map());
  expect(names.map(({ service, endpoint }) => registry.find(service, endpoint) !== undefined)).not.toContain(false);
  expect(await countStreams(db)).toBe(max);
  const refused = await registry.open([{ service: 'near', endpoint: 'GET /one-more' }]);
  expect([...refused.values()].map(({ code }) => code)).toEqual(['too_many_streams']);
});
