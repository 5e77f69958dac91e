import { createHash, randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { countApiKeys, findApiKeyByHash, insertApiKey, listApiKeys, revokeApiKey } from '../../src/store/api-keys.ts';
import { withDatabase } from '../database.ts';

const database = withDatabase();

test('a key is found by its hash until it is revoked', async () => {
  const db = database();
  const hash = createHash('sha256').update(randomUUID()).digest();
  const before = await countApiKeys(db);
  const made = await insertApiKey(db, { name: 'sender', scope: 'ingest', hash });
  expect(await findApiKeyByHash(db, hash)).toEqual(made);
  expect(await countApiKeys(db)).toBe(before + 1);
  expect(await revokeApiKey(db, made.id)).toBe(true);
  expect(await revokeApiKey(db, made.id)).toBe(false);
  expect(await findApiKeyByHash(db, hash)).toBeUndefined();
  expect(await countApiKeys(db)).toBe(before);
  expect((await listApiKeys(db)).find((key) => key.id === made.id)).toMatchObject({
    name: 'sender',
    scope: 'ingest',
    revokedAtMs: expect.any(Number),
  });
  await expect(insertApiKey(db, { name: 'twin', scope: 'read', hash })).rejects.toMatchObject({ code: '23505' });
});
