import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import { isoTime, isoTimeOrNull } from '../../core/format/iso-time.ts';
import { listOr } from '../../core/format/list-or.ts';
import { KEY_SCOPES } from '../../core/key-scope.ts';
import { createApiKey, hashApiKey } from '../../store/api-key.ts';
import { type ApiKey, insertApiKey, listApiKeys, revokeApiKey } from '../../store/api-keys.ts';
import type { Database } from '../../store/database.ts';
import type { HttpApp, RouteDeps } from '../deps.ts';
import { text, wholeNumber } from '../parameters.ts';

const scope = z.enum(KEY_SCOPES, `use ${listOr(KEY_SCOPES)}`);
const listed = z.object({
  id: z.int(),
  name: z.string(),
  scope,
  created_at: z.string(),
  revoked_at: z.string().nullable(),
});
const created = listed.extend({ key: z.string().describe('Shown this once; only its hash is kept') });

export function keyRoutes(app: HttpApp, { db, config, callers }: RouteDeps): void {
  const tags = ['keys'];
  const create = {
    tags,
    summary: 'Make an API key',
    body: z.object({ name: text(100).optional(), scope }),
    response: { 201: created },
  };
  app.post('/v1/keys', { schema: create }, async (request, reply) => {
    const { name = request.body.scope, scope } = request.body;
    if (config.AUTH === 'on' && scope !== 'admin') await assertAdminExists(db);
    const key = createApiKey();
    const stored = await insertApiKey(db, { name, scope, hash: hashApiKey(key) });
    callers.forget();
    return reply
      .code(201)
      .header('cache-control', 'no-store')
      .send({ ...describeKey(stored), key });
  });

  const list = {
    tags,
    summary: 'All keys, without their secrets',
    response: { 200: z.object({ keys: z.array(listed) }) },
  };
  app.get('/v1/keys', { schema: list }, async () => ({ keys: (await listApiKeys(db)).map(describeKey) }));

  const params = z.object({ id: wholeNumber(1, Number.MAX_SAFE_INTEGER) });
  const revoke = {
    tags,
    summary: 'Revoke a key; it stops working within seconds',
    params,
    response: { 204: z.null() },
  };
  app.delete('/v1/keys/:id', { schema: revoke }, async (request, reply) => {
    const { id } = request.params;
    await assertNotLastAdmin(db, id);
    if (!(await revokeApiKey(db, id))) throw new AppError('not_found', `There is no key ${id} that could be revoked.`);
    callers.forget();
    return reply.code(204).send(null);
  });
}

/** With a first key of another scope nobody could ever make or revoke one again. */
async function assertAdminExists(db: Database): Promise<void> {
  if ((await goodKeys(db)).some((key) => key.scope === 'admin')) return;
  throw new AppError(
    'invalid_request',
    'Create a key of scope admin first: without one, no further key could be made.',
  );
}

async function assertNotLastAdmin(db: Database, id: number): Promise<void> {
  const keys = await goodKeys(db);
  const others = keys.filter((key) => key.id !== id);
  const isAdmin = keys.some((key) => key.id === id && key.scope === 'admin');
  if (!isAdmin || others.length === 0 || others.some((key) => key.scope === 'admin')) return;
  throw new AppError('conflict', 'This is the last admin key: revoke the others first, or create another admin key.');
}

async function goodKeys(db: Database): Promise<ApiKey[]> {
  return (await listApiKeys(db)).filter((key) => key.revokedAtMs === null);
}

function describeKey({ id, name, scope, createdAtMs, revokedAtMs }: ApiKey) {
  return { id, name, scope, created_at: isoTime(createdAtMs), revoked_at: isoTimeOrNull(revokedAtMs) };
}
