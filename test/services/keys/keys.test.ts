import { beforeEach, expect, test } from 'vitest';
import type { KeyScope } from '../../../src/core/key-scope.ts';
import { createKey } from '../../../src/services/keys/create-key.ts';
import { revokeKey as revokeStoredKey } from '../../../src/services/keys/revoke-key.ts';
import { listApiKeys } from '../../../src/store/api-keys.ts';
import type { Database } from '../../../src/store/database.ts';
import { withDatabase } from '../../database.ts';

const database = withDatabase();

/** What is asked concerns all keys. */
beforeEach(async () => {
  await database().query('delete from api_keys');
});

async function withKeys(...scopes: readonly KeyScope[]): Promise<{ db: Database; ids: number[] }> {
  const db = database();
  const ids: number[] = [];
  for (const scope of scopes) ids.push((await create(db, scope)).stored.id);
  return { db, ids };
}

function create(db: Database, scope: KeyScope, requiresAdmin = true) {
  return createKey(db, { name: scope, scope, requiresAdmin });
}

function revokeKey(db: Database, id: number, opensService = true): Promise<void> {
  return revokeStoredKey(db, { id, opensService });
}

async function goodScopes(db: Database): Promise<KeyScope[]> {
  return (await listApiKeys(db)).filter(({ revokedAtMs }) => revokedAtMs === null).map(({ scope }) => scope);
}

test('the first key is of scope admin, unless no key is asked for', async () => {
  const { db } = await withKeys();
  await expect(create(db, 'read')).rejects.toMatchObject({ code: 'invalid_request' });
  expect(await goodScopes(db)).toEqual([]);
  await create(db, 'read', false);
  await create(db, 'admin');
  await create(db, 'ingest');
  expect(await goodScopes(db)).toEqual(['read', 'admin', 'ingest']);
});

test('an admin key that is revoked does not count', async () => {
  const { db, ids } = await withKeys('admin');
  await revokeKey(db, ids[0] ?? 0);
  await expect(create(db, 'read')).rejects.toMatchObject({ code: 'invalid_request' });
});

test('the last admin key stays while other keys are good, and goes last', async () => {
  const { db, ids } = await withKeys('admin', 'ingest');
  const [admin = 0, ingest = 0] = ids;
  await expect(revokeKey(db, admin)).rejects.toMatchObject({ code: 'conflict' });
  await revokeKey(db, ingest);
  await expect(revokeKey(db, ingest)).rejects.toMatchObject({ code: 'not_found' });
  await revokeKey(db, admin);
  expect(await goodScopes(db)).toEqual([]);
});

test('the very last key goes only where that is wanted, whatever its scope', async () => {
  const { db, ids } = await withKeys('admin');
  const refusal = { code: 'conflict', message: expect.stringMatching(/last key.*open=true.*--open/s) };
  await expect(revokeKey(db, ids[0] ?? 0, false)).rejects.toMatchObject(refusal);
  expect(await goodScopes(db)).toEqual(['admin']);
  await revokeKey(db, ids[0] ?? 0, true);
  const { stored } = await create(db, 'ingest', false);
  await expect(revokeKey(db, stored.id, false)).rejects.toMatchObject(refusal);
});

test('of two revocations at once of the last two admin keys exactly one succeeds', async () => {
  const { db, ids } = await withKeys('admin', 'admin', 'ingest');
  const ends = await Promise.allSettled(ids.slice(0, 2).map((id) => revokeKey(db, id)));
  expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(ends.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'conflict' } });
  expect(await goodScopes(db)).toEqual(['admin', 'ingest']);
});

test('a key is not made at the moment that the last admin key goes', async () => {
  const { db, ids } = await withKeys('admin');
  const [revoked, created] = await Promise.allSettled([revokeKey(db, ids[0] ?? 0), create(db, 'read')]);
  const first = revoked.status === 'fulfilled' ? created : revoked;
  expect([revoked.status, created.status].sort()).toEqual(['fulfilled', 'rejected']);
  expect(first.status).toBe('rejected');
  expect(await goodScopes(db)).toEqual(revoked.status === 'fulfilled' ? [] : ['admin', 'read']);
});
