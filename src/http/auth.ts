import type { FastifyRequest, onRequestHookHandler } from 'fastify';
import type { Config } from '../config/config.ts';
import { AppError } from '../core/errors.ts';
import type { KeyScope } from '../core/key-scope.ts';
import type { Caller, CallerCache } from './caller-cache.ts';
import { isBasic, tokenOf } from './credentials.ts';

export type Access = 'public' | KeyScope;

const PUBLIC_ROUTES = new Set(['/', '/health', '/livez', '/readyz', '/openapi.json']);
const LOOPBACK_PEER = /^(::ffff:)?127\.|^::1$/;
const LOOPBACK_NAME = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;
/** What a proxy adds. One that adds nothing looks like this machine, so a key is still what keeps strangers out. */
const FORWARDED = /^(forwarded|via|x-real-ip|x-forwarded-.+)$/;
/** GET is kept for old clients; it fetches and stores as POST does. */
const STORING_GET = '/ingest/run';
const CREATE_KEY = '`plumbline keys create --scope admin`';

/** What a route asks of its caller; read off its method and path, so that a new route is never open by oversight. */
export function accessOf(method: string, route: string): Access {
  if (PUBLIC_ROUTES.has(route) || route === '/docs' || route.startsWith('/docs/') || method === 'OPTIONS')
    return 'public';
  if (route === '/v1/ingest') return 'ingest';
  // Asks, and stores nothing: it is POST because its question is long.
  if (route === '/detect-drift') return 'read';
  if (route === STORING_GET) return 'admin';
  return isReadMethod(method) ? 'read' : 'admin';
}

function isReadMethod(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** False of a GET that stores the report that it answers. */
export function storesNothing(access: Access, route: string): boolean {
  return access === 'public' || (access === 'read' && route !== '/reports/latest');
}

interface RouteRule {
  readonly access: KeyScope;
  /** Pages of other sites may not ask for it, unless they send a key in a header. */
  readonly isWrite: boolean;
}

/** The hook that lets callers into one route. In callback style: with a known caller it costs no turn of the event loop. */
export function guardRoute(
  method: string,
  route: string,
  callers: CallerCache,
  config: Config,
): onRequestHookHandler | undefined {
  const access = accessOf(method, route);
  if (access === 'public') return undefined;
  if (config.AUTH === 'off') return route === STORING_GET && method === 'GET' ? refuseForeignPages(config) : undefined;
  const rule = { access, isWrite: !isReadMethod(method) || route === STORING_GET };
  return (request, _reply, done) => {
    const token = tokenOf(request);
    const known = callers.peek(token);
    if (known !== undefined) done(refusalOf(known, rule, request, config));
    else callers.find(token).then((caller) => done(refusalOf(caller, rule, request, config)), done);
  };
}

function refuseForeignPages(config: Config): onRequestHookHandler {
  return (request, _reply, done) => done(foreignPageRefusal(request, config));
}

/** Who asks, for an audit trail: what the caller says, and the name of the key it came with. */
export function whoAsks(request: FastifyRequest, callers: CallerCache, claimed: string | undefined): string {
  const key = callers.nameOf(tokenOf(request));
  if (claimed === undefined) return key === undefined ? 'somebody on this machine' : `key ${key}`;
  return key === undefined ? claimed : `${claimed} (key ${key})`;
}

function refusalOf(
  caller: Caller,
  { access, isWrite }: RouteRule,
  request: FastifyRequest,
  config: Config,
): AppError | undefined {
  if (caller === 'open')
    return strangerRefusal(request, config) ?? (isWrite ? foreignPageRefusal(request, config) : undefined);
  if (caller === 'none') {
    return new AppError('unauthorized', 'Send a key as `Authorization: Bearer pl_…` or `X-API-Key: pl_…`.');
  }
  if (caller === 'unknown') return new AppError('unauthorized', 'This API key is unknown or was revoked.');
  if (caller !== access && caller !== 'admin') {
    return new AppError('forbidden', `This key has the scope ${caller}; this route needs ${access}.`);
  }
  return isWrite && isBasic(request) ? foreignPageRefusal(request, config) : undefined;
}

/**
 * Without any key the service is open, but to this machine only. A proxy on this machine has its address, so what a proxy adds is
 * looked at, and the Host header, because a page anywhere can point its own name at 127.0.0.1 (DNS rebinding).
 */
function strangerRefusal(request: FastifyRequest, config: Config): AppError | undefined {
  if (!LOOPBACK_PEER.test(request.raw.socket.remoteAddress ?? '')) {
    const detail = `No API key exists yet, so only this machine is served. Create one there: ${CREATE_KEY}.`;
    return new AppError('forbidden', detail);
  }
  if (Object.keys(request.headers).some((name) => FORWARDED.test(name))) {
    const detail = `No API key exists yet, so only this machine is served, and this request came through a proxy. Create a key on this machine: ${CREATE_KEY}. Or set AUTH=off where something else keeps strangers out.`;
    return new AppError('forbidden', detail);
  }
  if (!LOOPBACK_NAME.test(request.headers.host ?? '')) {
    const detail = `No API key exists yet, so only localhost is served. Ask for http://127.0.0.1:${config.PORT}, or create a key: ${CREATE_KEY}.`;
    return new AppError('forbidden', detail);
  }
  return undefined;
}

/** Origin is looked at because a page can send a request here without being able to read the answer; an image or a link sends none, but says so. */
function foreignPageRefusal(request: FastifyRequest, config: Config): AppError | undefined {
  const { host, origin, 'sec-fetch-site': site } = request.headers;
  if (origin === undefined) {
    if (site !== 'cross-site' && site !== 'same-site') return undefined;
    return new AppError('forbidden', 'Pages of other sites may not ask for this: send a key in a header.');
  }
  const isOwn = origin === `http://${host}` || origin === `https://${host}`;
  if (isOwn || config.CORS_ORIGINS.includes(origin)) return undefined;
  return new AppError('forbidden', `Pages of ${origin.slice(0, 200)} may not write here: add them to CORS_ORIGINS.`);
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
