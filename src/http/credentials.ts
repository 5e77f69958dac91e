import type { FastifyRequest } from 'fastify';

const BEARER = /^bearer +(\S+)$/i;
const BASIC = /^basic +([A-Za-z0-9+/=]+)$/i;

/**
 * Keys come as `Authorization: Bearer pl_…` or `X-API-Key: pl_…`; never in the path or the query, which end up in logs. Old clients that know
 * only an address send `http://:pl_…@host/`, which is HTTP Basic: its password is a key too, whatever the name.
 */
export function tokenOf(request: FastifyRequest): string {
  const { authorization, 'x-api-key': key } = request.headers;
  if (authorization === undefined) return typeof key === 'string' ? key : '';
  return BEARER.exec(authorization)?.[1] ?? passwordOf(authorization) ?? 'not a key';
}

/** A browser adds Basic to every request once it knows it, also to those that a page of another site makes. */
export function isBasic(request: FastifyRequest): boolean {
  return BASIC.test(request.headers.authorization ?? '');
}

function passwordOf(authorization: string): string | undefined {
  const encoded = BASIC.exec(authorization)?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : text.slice(colon + 1);
}
