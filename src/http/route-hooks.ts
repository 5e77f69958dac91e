import type {
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  onRequestHookHandler,
  onResponseHookHandler,
} from 'fastify';
import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import type { SchemaWatch } from '../store/engine/schema-watch.ts';
import { accessOf, guardRoute } from './auth.ts';
import { type Bodies, bookBody } from './body/bodies.ts';
import type { CallerCache } from './caller-cache.ts';
import { shuttingDown } from './drain.ts';
import type { Metrics, ObserveRequest } from './metrics.ts';
import { refuseWhileOutdated } from './outdated.ts';
import type { KnownPaths } from './problem/not-found.ts';
import { loggedPath } from './problem/problem.ts';
import { checkQueryNames } from './problem/unknown-query.ts';

export interface RouteHookContext {
  readonly config: Config;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly callers: CallerCache;
  readonly bodies: Bodies;
  readonly paths: KnownPaths;
  readonly schema: SchemaWatch;
  isDraining(): boolean;
}

/**
 * Gives every route its own hooks, with its access, its labels and its name resolved once: what thousands of requests
 * a second pass is then a few calls, all of them synchronous.
 */
export function attachRouteHooks(app: FastifyInstance, context: RouteHookContext): void {
  app.addHook('onRoute', (route) => {
    if (route.method !== 'OPTIONS') context.paths.add(route.url, route.method);
    const access = accessOf(String(route.method), route.url);
    const guard = guardRoute(String(route.method), route.url, context.callers, context.config);
    const outdated = refuseWhileOutdated(access, route.url, context.schema);
    const query = route.url.startsWith('/docs') ? undefined : checkQueryNames(route);
    const book = route.method === 'GET' || route.method === 'HEAD' ? undefined : bookBody(context.bodies);
    const before = [access === 'public' ? undefined : refuseWhileDraining(context), guard, outdated, query, book];
    route.onRequest = [...before, route.onRequest].flat().filter((hook) => hook !== undefined);
    const observe = observeAnswers(context, context.metrics.requestObserver(String(route.method), route.url));
    route.onResponse = [route.onResponse ?? [], observe].flat();
  });
  // Paths that do not exist have no route to hang a hook on, and must not become labels.
  const observeUnknown = observeAnswers(context, context.metrics.requestObserver('any', 'none'));
  app.addHook('onResponse', (request, reply, done) => {
    if (request.is404) observeUnknown.call(app, request, reply, done);
    else done();
  });
}

function refuseWhileDraining(context: RouteHookContext): onRequestHookHandler {
  return (_request, _reply, done) => {
    done(context.isDraining() ? shuttingDown() : undefined);
  };
}

function observeAnswers({ log }: RouteHookContext, observe: ObserveRequest): onResponseHookHandler {
  return (request, reply, done) => {
    observe(reply.statusCode, reply.elapsedTime / 1000);
    logAnswer(log, request, reply);
    done();
  };
}

/**
 * The access log, at the level debug; 5xx are warnings. By the route, as metrics are, and never with headers, bodies or queries: a log is read by
 * more people than the data is meant for. A path is shown only where no route has it.
 */
export function logAnswer(log: Logger, request: FastifyRequest, reply: FastifyReply): void {
  const { statusCode: status, elapsedTime } = reply;
  const level = status >= 500 ? 'warn' : 'debug';
  if (!log.isLevelEnabled(level)) return;
  const route = request.routeOptions.url;
  const entry = {
    request_id: request.id,
    method: request.method,
    ...(request.is404 || route === undefined ? { path: loggedPath(request) } : { route }),
    status,
    duration_ms: Math.round(elapsedTime * 10) / 10,
    bytes: bytesOf(request, reply),
  };
  log[level](entry, 'answered');
}

/** The length of the body that was sent. */
function bytesOf(request: FastifyRequest, reply: FastifyReply): number {
  return request.method === 'HEAD' ? 0 : Number(reply.getHeader('content-length') ?? 0);
}
