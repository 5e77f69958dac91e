import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { describeSchema } from '../../../src/store/engine/describe-schema.ts';
import { ensurePartitions } from '../../../src/store/partitions.ts';
import { withDatabase } from '../../database.ts';

const database = withDatabase();

test('migrations/schema.sql is what the migrations make, on either engine; without dated partitions', async () => {
  await ensurePartitions(database(), [Date.UTC(2026, 0, 1)]);
  const committed = await readFile(new URL('../../../migrations/schema.sql', import.meta.url), 'utf8');
  expect(await describeSchema(database())).toBe(committed);
});
