import type { FastifyRequest, onRequestHookHandler } from 'fastify';
import type { Config } from '../config/config.ts';
import { AppError } from '../core/errors.ts';
import type { KeyScope } from '../core/key-scope.ts';
import type { Caller, CallerCache } from './caller-cache.ts';

export type Access = 'public' | KeyScope;

const PUBLIC_ROUTES = new Set(['/health', '/livez', '/readyz', '/openapi.json']);
const LOOPBACK_PEER = /^(::ffff:)?127\.|^::1$/;
const LOOPBACK_NAME = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;
const BEARER = /^bearer +(\S+)$/i;
const CREATE_KEY = '`plumbline keys create --scope admin`';

/** What a route asks of its caller; read off its method and path, so that a new route is never open by oversight. */
export function accessOf(method: string, route: string): Access {
  if (PUBLIC_ROUTES.has(route) || route === '/docs' || route.startsWith('/docs/') || method === 'OPTIONS')
    return 'public';
  if (route === '/v1/ingest') return 'ingest';
  // Asks, and stores nothing: it is POST because its question is long.
  if (route === '/detect-drift') return 'read';
  // GET is kept for old clients; it fetches and stores as POST does.
  if (route === '/ingest/run') return 'admin';
  return method === 'GET' || method === 'HEAD' ? 'read' : 'admin';
}

/** The hook that lets callers into one route. In callback style: with a known caller it costs no turn of the event loop. */
export function guardRoute(access: Access, callers: CallerCache, config: Config): onRequestHookHandler | undefined {
  if (access === 'public' || config.AUTH === 'off') return undefined;
  return (request, _reply, done) => {
    const token = tokenOf(request);
    const known = callers.peek(token);
    if (known !== undefined) done(refusalOf(known, access, request, config));
    else callers.find(token).then((caller) => done(refusalOf(caller, access, request, config)), done);
  };
}

/** Who asks, for an audit trail: what the caller says, and the name of the key it came with. */
export function whoAsks(request: FastifyRequest, callers: CallerCache, claimed: string | undefined): string {
  const key = callers.nameOf(tokenOf(request));
  if (claimed === undefined) return key === undefined ? 'somebody on this machine' : `key ${key}`;
  return key === undefined ? claimed : `${claimed} (key ${key})`;
}

/** Keys come as `Authorization: Bearer pl_…` or `X-API-Key: pl_…`; never in the URL, which ends up in logs. */
function tokenOf(request: FastifyRequest): string {
  const { authorization, 'x-api-key': key } = request.headers;
  if (authorization === undefined) return typeof key === 'string' ? key : '';
  return BEARER.exec(authorization)?.[1] ?? 'not a bearer token';
}

function refusalOf(caller: Caller, access: Access, request: FastifyRequest, config: Config): AppError | undefined {
  if (caller === 'open') return openRefusal(request, config);
  if (caller === 'none') {
    return new AppError('unauthorized', 'Send a key as `Authorization: Bearer pl_…` or `X-API-Key: pl_…`.');
  }
  if (caller === 'unknown') return new AppError('unauthorized', 'This API key is unknown or was revoked.');
  if (caller === access || caller === 'admin') return undefined;
  return new AppError('forbidden', `This key has the scope ${caller}; this route needs ${access}.`);
}

/**
 * Without any key the service is open, but to this machine only. The Host header is looked at because a page anywhere can
 * point its own name at 127.0.0.1 (DNS rebinding), and Origin because it can post here without being able to read the answer.
 */
function openRefusal(request: FastifyRequest, config: Config): AppError | undefined {
  const { host, origin } = request.headers;
  if (!LOOPBACK_PEER.test(request.raw.socket.remoteAddress ?? '')) {
    const detail = `No API key exists yet, so only this machine is served. Create one there: ${CREATE_KEY}.`;
    return new AppError('forbidden', detail);
  }
  if (!LOOPBACK_NAME.test(host ?? '')) {
    const detail = `No API key exists yet, so only localhost is served. Ask for http://127.0.0.1:${config.PORT}, or create a key: ${CREATE_KEY}.`;
    return new AppError('forbidden', detail);
  }
  if (origin === undefined || isRead(request) || origin === `http://${host}` || config.CORS_ORIGINS.includes(origin)) {
    return undefined;
  }
  return new AppError('forbidden', `Pages of ${origin.slice(0, 200)} may not write here: add them to CORS_ORIGINS.`);
}

function isRead(request: FastifyRequest): boolean {
  return request.method === 'GET' || request.method === 'HEAD';
}

/**
 * Refuses to start where anybody on the network could read and write everything.
 *
 * @throws RangeError that says which command makes a key
 */
export function assertSafeHost(config: Pick<Config, 'HOST' | 'AUTH'>, keyCount: number): void {
  if (config.AUTH === 'off' || keyCount > 0 || isLoopbackHost(config.HOST)) return;
  throw new RangeError(
    `HOST=${config.HOST} is open to the network, and no API key exists. Create one with ${CREATE_KEY}, ` +
      'or listen on 127.0.0.1, or set AUTH=off where something else keeps strangers out.',
  );
}

function isLoopbackHost(host: string): boolean {
  return host.toLowerCase() === 'localhost' || LOOPBACK_PEER.test(host.replace(/^\[(.*)\]$/, '$1'));
}
