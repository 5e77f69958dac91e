import cors from '@fastify/cors';
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { AppError } from '../core/errors.ts';
import { ByteBudget } from './body/byte-budget.ts';
import { takeJsonBodies } from './body/json-body.ts';
import { SlowBodies } from './body/slow-bodies.ts';
import { CallerCache } from './caller-cache.ts';
import type { HttpApp, HttpContext, ServerContext } from './context.ts';
import { addDraining } from './drain.ts';
import { collectSchemas, servePages } from './openapi/openapi.ts';
import { KnownPaths, refuseUnknownPaths } from './problem/not-found.ts';
import { brokenRequestHandler, problemHandler } from './problem/problem.ts';
import { REQUEST_ID_HEADER, requestIdOf } from './request-id.ts';
import { attachRouteHooks, logAnswer } from './route-hooks.ts';
import { baselineRoutes } from './routes/baselines.ts';
import { channelRoutes } from './routes/channels.ts';
import { coherenceRoutes } from './routes/coherence.ts';
import { detectDriftRoutes } from './routes/detect-drift.ts';
import { eventRoutes } from './routes/events.ts';
import { healthRoutes } from './routes/health.ts';
import { incidentRoutes } from './routes/incidents.ts';
import { ingestRoutes } from './routes/ingest.ts';
import { keyRoutes } from './routes/keys.ts';
import { metricsRoutes } from './routes/metrics.ts';
import { monitorRoutes } from './routes/monitors.ts';
import { notificationRoutes } from './routes/notifications.ts';
import { rebuildRoutes } from './routes/rebuild.ts';
import { reportRoutes } from './routes/reports.ts';
import { streamRoutes } from './routes/streams.ts';

const SECOND_MS = 1_000;
/** fastify's own are all zero, which is for ever. The socket's is long, because a rebuild may be silent for minutes. */
const TIMEOUTS = {
  requestTimeout: 60 * SECOND_MS,
  connectionTimeout: 600 * SECOND_MS,
  keepAliveTimeout: 65 * SECOND_MS,
};
const PREFLIGHT_SECONDS = 600;

/** The service apart from the process: it listens to nothing. */
export function buildServer(parts: ServerContext): FastifyInstance {
  const handleProblem = problemHandler(parts.log, parts.schema);
  const app = fastify({
    ...TIMEOUTS,
    bodyLimit: parts.config.MAX_BODY_BYTES,
    // Node's own 400 is no problem+json and has no request id; `hostRefusal` answers instead.
    http: { requireHostHeader: false },
    // fastify's own 503 is not a problem+json; `refuseWhileDraining` answers instead.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 1_000 },
    // What is no valid path passes no hook of a route.
    frameworkErrors: (error, request, reply) => {
      handleProblem(error, request, reply);
      logAnswer(parts.log, request, reply);
    },
    clientErrorHandler: brokenRequestHandler(parts.log),
    genReqId: requestIdOf,
  });
  app.setErrorHandler(handleProblem);
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  const bodies = { budget: new ByteBudget(parts.config.INGEST_BUDGET_BYTES), slow: new SlowBodies() };
  takeJsonBodies(app, bodies);
  app.addHook('onClose', async () => bodies.slow.close());
  const isDraining = addDraining(app, parts.log);
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-content-type-options', 'nosniff').header(REQUEST_ID_HEADER, request.id);
    done(hostRefusal(request));
  });
  serveAnyExpectation(app);
  const paths = new KnownPaths();
  const callers = new CallerCache(parts.db, parts.clock);
  attachRouteHooks(app, { ...parts, paths, callers, bodies, isDraining });
  refuseUnknownPaths(app, paths);
  app.register(cors, {
    origin: [...parts.config.CORS_ORIGINS],
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: ['Retry-After', 'Idempotent-Replayed', 'Link', 'Warning', 'X-Request-Id'],
    maxAge: PREFLIGHT_SECONDS,
    strictPreflight: false,
  });
  parts.metrics.watchBytesInFlight(() => bodies.budget.inFlight);
  parts.metrics.watchIncidents(parts.db);
  collectSchemas(app, parts.version, parts.config);
  app.register(async (scope) => addRoutes(scope.withTypeProvider<ZodTypeProvider>(), { ...parts, callers, bodies }));
  servePages(app);
  return app;
}

/** RFC 9112 asks a server to. */
function hostRefusal({ raw }: FastifyRequest): AppError | undefined {
  if (raw.headers.host !== undefined || raw.httpVersion !== '1.1') return undefined;
  return new AppError('invalid_request', 'Send a Host header: HTTP/1.1 requires it.');
}

/** RFC 9110 lets a server ignore what it is asked to expect. */
function serveAnyExpectation(app: FastifyInstance): void {
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response));
}

function addRoutes(app: HttpApp, context: HttpContext): void {
  healthRoutes(app, context);
  metricsRoutes(app, context);
  ingestRoutes(app, context);
  eventRoutes(app, context);
  streamRoutes(app, context);
  reportRoutes(app, context);
  detectDriftRoutes(app, context);
  baselineRoutes(app, context);
  monitorRoutes(app, context);
  incidentRoutes(app, context);
  notificationRoutes(app, context);
  channelRoutes(app, context);
  coherenceRoutes(app, context);
  keyRoutes(app, context);
  rebuildRoutes(app, context);
}
