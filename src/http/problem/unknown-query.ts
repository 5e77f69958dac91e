import type { onRequestHookHandler, RouteOptions } from 'fastify';
import { AppError } from '../../core/errors.ts';
import { closestName } from '../../core/format/did-you-mean.ts';

const MOST_NAMED = 5;
const MOST_CHARS = 40;

/** Clients of the systems that Plumbline replaces add parameters of their own, such as `?_=1`; those of the other routes are ours. */
export function refusesUnknownQuery(url: string): boolean {
  return url.startsWith('/v1/') && url !== '/v1/ingest';
}

/**
 * The hook that compares the names in a query with those that a route knows. A mistake in a name would change the answer silently: it is
 * refused, or named in a `Warning` header (RFC 7234, code 299) where old clients ask.
 */
export function checkQueryNames({ url, schema }: Pick<RouteOptions, 'url' | 'schema'>): onRequestHookHandler {
  const known = namesOf(schema?.querystring);
  const isKnown = new Set(known);
  const refuses = refusesUnknownQuery(url);
  return (request, reply, done) => {
    const unknown = Object.keys(request.query as object).filter((name) => !isKnown.has(name));
    if (unknown.length === 0) return done();
    if (refuses) return done(refusal(unknown, known));
    reply.header('warning', `299 plumbline "${warning(unknown, known)}"`);
    done();
  };
}

/** The keys of the schema of an object. */
function namesOf(schema: unknown): string[] {
  return Object.keys((schema as { shape?: object } | undefined)?.shape ?? {});
}

function refusal(unknown: readonly string[], known: readonly string[]): AppError {
  const errors = unknown.slice(0, MOST_NAMED).map((name) => ({
    path: cut(name),
    message: `unknown query parameter${hintFor(name, known)}`,
  }));
  const more = unknown.length > errors.length ? `; and ${unknown.length - errors.length} more` : '';
  const detail = errors.map(({ path, message }) => `${path}: ${message}`).join('; ');
  const end = more === '' && detail.endsWith('?') ? '' : '.';
  return new AppError('invalid_request', `${detail}${more}${end}`, { errors });
}

function hintFor(name: string, known: readonly string[]): string {
  if (known.length === 0) return '; this route takes none';
  const meant = closestName(cut(name), known);
  return meant === undefined ? `; there are ${known.join(', ')}` : `; did you mean ${meant}?`;
}

/** In a header, so that only letters, digits and a few signs are safe. */
function warning(unknown: readonly string[], known: readonly string[]): string {
  const named = unknown.slice(0, MOST_NAMED).map((name) => {
    const meant = closestName(cut(name), known);
    return `${cut(name).replace(/[^\w.[\]$-]/g, '?')}${meant === undefined ? '' : ` (did you mean ${meant}?)`}`;
  });
  const more = unknown.length > named.length ? ` and ${unknown.length - named.length} more` : '';
  return `ignored unknown query parameters: ${named.join(', ')}${more}`;
}

function cut(name: string): string {
  return name.length > MOST_CHARS ? `${name.slice(0, MOST_CHARS - 1)}…` : name;
}
