import { z } from 'zod';
import { createdKey, type KeyEntry, keyList, keyParams, keyRequest, revokeQuery } from '../../api/keys.ts';
import { isoTime, isoTimeOrNull } from '../../core/format/iso-time.ts';
import { createKey } from '../../services/keys/create-key.ts';
import { revokeKey } from '../../services/keys/revoke-key.ts';
import { type ApiKey, listApiKeys } from '../../store/api-keys.ts';
import type { HttpApp, HttpContext } from '../context.ts';

const tags = ['keys'];

export function keyRoutes(app: HttpApp, { db, config, callers }: Pick<HttpContext, 'db' | 'config' | 'callers'>): void {
  const create = {
    tags,
    operationId: 'createKey',
    summary: 'Make an API key',
    body: keyRequest,
    response: { 201: createdKey },
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
    operationId: 'listKeys',
    summary: 'All keys, without their secrets',
    response: { 200: keyList },
  };
  app.get('/v1/keys', { schema: list }, async () => ({ keys: (await listApiKeys(db)).map(describeKey) }));

  const summary = 'Revoke a key; it stops working within seconds';
  const revoke = {
    tags,
    operationId: 'revokeKey',
    summary,
    params: keyParams,
    querystring: revokeQuery,
    response: { 204: z.null() },
  };
  app.delete('/v1/keys/:id', { schema: revoke }, async (request, reply) => {
    await revokeKey(db, { id: request.params.id, opensService: request.query.open === true });
    callers.forget();
    return reply.code(204).send(null);
  });
}

function describeKey({ id, name, scope, createdAtMs, revokedAtMs }: ApiKey): KeyEntry {
  return { id, name, scope, created_at: isoTime(createdAtMs), revoked_at: isoTimeOrNull(revokedAtMs) };
}
