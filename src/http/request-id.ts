import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { hideApiKeys } from '../store/api-key.ts';

export const REQUEST_ID_HEADER = 'x-request-id';

/** What ids of proxies and tracers consist of. Nothing that could act in a log, a header or a page. */
const SAFE = /^[\w.:;,=+/@-]{1,128}$/;

/** The id that the sender gave the request, when it is short, safe and no key; else a new one. */
export function requestIdOf(request: IncomingMessage): string {
  const given = request.headers[REQUEST_ID_HEADER];
  return typeof given === 'string' && SAFE.test(given) && hideApiKeys(given) === given ? given : randomUUID();
}
