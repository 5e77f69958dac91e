import { z } from 'zod';
import { isoTime, isoTimeOrNull } from '../../core/format/iso-time.ts';
import { listOr } from '../../core/format/list-or.ts';
import { KEY_SCOPES } from '../../core/key-scope.ts';
import { createKey } from '../../services/keys/create-key.ts';
import { revokeKey } from '../../services/keys/revoke-key.ts';
import { type ApiKey, listApiKeys } from '../../store/api-keys.ts';
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
    const { stored, key } = await createKey(db, { name, scope, requiresAdmin: config.AUTH === 'on' });
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
    await revokeKey(db, request.params.id);
    callers.forget();
    return reply.code(204).send(null);
  });
}

function describeKey({ id, name, scope, createdAtMs, revokedAtMs }: ApiKey) {
  return { id, name, scope, created_at: isoTime(createdAtMs), revoked_at: isoTimeOrNull(revokedAtMs) };
}
