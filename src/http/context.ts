import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import type { Clock } from '../core/time/clock.ts';
import type { CoherenceContext } from '../services/coherence/context.ts';
import type { Ingest } from '../services/ingest/ingest.ts';
import type { MonitorContext } from '../services/monitors/context.ts';
import type { Channels } from '../services/notify/read-channels.ts';
import type { Database } from '../store/database.ts';
import type { SchemaWatch } from '../store/engine/schema-watch.ts';
import type { Bodies } from './body/bodies.ts';
import type { CallerCache } from './caller-cache.ts';
import type { Metrics } from './metrics.ts';

/** What the server needs of the process. */
export interface ServerContext {
  readonly config: Config;
  readonly db: Database;
  readonly clock: Clock;
  readonly ingest: Ingest;
  readonly monitoring: MonitorContext;
  readonly channels: Channels;
  readonly log: Logger;
  readonly coherence: CoherenceContext;
  readonly version: string;
  readonly startedAtMs: number;
  readonly metrics: Metrics;
  readonly schema: SchemaWatch;
}

/** What routes choose from: each names the parts that it uses. */
export interface HttpContext extends ServerContext {
  readonly callers: CallerCache;
  readonly bodies: Bodies;
}

/** What routes register on: fastify whose schemas are zod's. */
export type HttpApp = FastifyInstance<Server, IncomingMessage, ServerResponse, FastifyBaseLogger, ZodTypeProvider>;
