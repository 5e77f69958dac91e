import { z } from 'zod';
import { aliveAnswer, healthAnswer, readyAnswer, rootAnswer } from '../../api/health.ts';
import { AppError } from '../../core/errors.ts';
import { findDatabaseFault } from '../../store/availability.ts';
import { DATABASE_FAULTS, type Database, type DatabaseFault, DatabaseUnavailable } from '../../store/database.ts';
import { pendingMigrations } from '../../store/engine/migrate.ts';
import type { SchemaWatch } from '../../store/engine/schema-watch.ts';
import { chooseType } from '../accept.ts';
import type { HttpApp, HttpContext } from '../context.ts';
import { outdatedRefusal } from '../outdated.ts';

const CHECK_TIMEOUT_MS = 2_000;
const RETRY_SECONDS = 5;

/** The thresholds of model quality, as the clients of the Drift Monitor read them. */
const MODEL_QUALITY = {
  kl_threshold: 0.1,
  psi_threshold: 0.2,
  accuracy_min: 0.75,
  sliding_window_days: 7,
  check_interval_hours: 6,
};

export function healthRoutes(
  app: HttpApp,
  { db, version, schema }: Pick<HttpContext, 'db' | 'version' | 'schema'>,
): void {
  const tags = ['health'];
  rootRoute(app, version, tags);
  const health = { tags, operationId: 'getHealth', summary: 'Is it alive?', response: { 200: healthAnswer } };
  app.get('/health', { schema: health }, async () => ({
    status: 'ok' as const,
    ok: true as const,
    version,
    is_monitoring: true,
    config: MODEL_QUALITY,
    redis: 'not used' as const,
    api: 'up' as const,
    drift_detector: 'ready' as const,
    database: (await findFault(db)) === undefined ? ('up' as const) : ('down' as const),
  }));

  const alive = {
    tags,
    operationId: 'getLiveness',
    summary: 'Does the process answer? Looks at nothing else.',
    response: { 200: aliveAnswer },
  };
  app.get('/livez', { schema: alive }, async () => ({ status: 'alive' as const }));

  const summary = 'Can it serve? Looks at the database and its migrations.';
  app.get(
    '/readyz',
    { schema: { tags, operationId: 'getReadiness', summary, response: { 200: readyAnswer } } },
    async () => {
      await assertReady(db, schema, app.isDraining);
      return { status: 'ready' as const, database: 'up' as const, pending_migrations: 0 as const };
    },
  );
}

/** The first two are what clients of Sentinel read. */
const ENDPOINTS = {
  health: '/health',
  drift_detection: '/detect-drift',
  docs: '/docs',
  openapi: '/openapi.json',
  ingest: '/v1/ingest',
  report: '/reports/latest',
  coherence: '/coherence/metrics',
  incidents: '/v1/incidents',
  metrics: '/metrics',
};

function rootRoute(app: HttpApp, version: string, tags: readonly string[]): void {
  const response = { 200: rootAnswer, 302: z.null().describe('To the page, for those who ask for text/html') };
  const schema = { tags, operationId: 'describeService', summary: 'What is served here', response };
  app.get('/', { schema }, async (request, reply) => {
    reply.header('vary', 'Accept');
    const type = chooseType(request.headers.accept, ['application/json', 'text/html']);
    if (type === 'text/html') return reply.redirect('/docs');
    return reply.send({ status: 'healthy' as const, service: 'Plumbline' as const, version, endpoints: ENDPOINTS });
  });
}

async function assertReady(db: Database, schema: SchemaWatch, isDraining: boolean): Promise<void> {
  const options = { retryAfterSeconds: RETRY_SECONDS };
  if (isDraining) throw new AppError('shutting_down', 'This process is stopping.', options);
  const fault = await findFault(db);
  if (fault !== undefined) throw faultRefusal(fault);
  try {
    // First, because the history of a newer version is not one that this process can compare.
    await schema.check();
    const outdated = outdatedRefusal(schema);
    if (outdated !== undefined) throw outdated;
    const pending = (await pendingMigrations(db)).length;
    if (pending > 0) {
      throw new AppError('not_ready', `${pending} migrations are pending: run \`plumbline migrate\`.`, options);
    }
  } catch (error) {
    throw error instanceof DatabaseUnavailable ? faultRefusal(error.fault) : error;
  }
}

function faultRefusal(fault: DatabaseFault): AppError {
  const detail = `The database ${DATABASE_FAULTS[fault]}.`;
  return new AppError('database_unavailable', detail, { retryAfterSeconds: RETRY_SECONDS });
}

/** A health check must answer when the database does not, so it waits two seconds and no longer. */
async function findFault(db: Database): Promise<DatabaseFault | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<DatabaseFault>((resolve) => {
    timer = setTimeout(() => resolve('unreachable'), CHECK_TIMEOUT_MS);
  });
  const fault = await Promise.race([findDatabaseFault(db), late]);
  clearTimeout(timer);
  return fault;
}
