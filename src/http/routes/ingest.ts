import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ingestAnswer } from '../../api/events.ts';
import { EVENT_SCHEMA } from '../../services/ingest/event-schema.ts';
import type { BatchFormat } from '../../services/ingest/parse-batch.ts';
import { takeTextBodies } from '../body/text-body.ts';
import type { HttpApp, HttpContext } from '../context.ts';
import { FURTHER_BODIES } from '../openapi/bodies.ts';

/** For the page of the API only: the events themselves are looked at one by one, so that the good ones are kept. */
const body = z.array(z.any().meta({ ...EVENT_SCHEMA, id: 'Event' })).min(1);
const headers = z.object({
  'Idempotency-Key': z.string().optional().describe('Makes sending the batch again safe, for 24 hours'),
  Prefer: z.string().optional().describe('`handling=strict`: all events or none'),
});

const DESCRIPTION = `A JSON array of events, or NDJSON, gzip allowed. Bad events are refused one by one and the good ones kept;
\`Prefer: handling=strict\` makes it all or nothing. \`Idempotency-Key\` makes sending again safe. Answered after the commit.`;

type IngestContext = Pick<HttpContext, 'ingest' | 'config' | 'bodies'>;

/** POST /v1/ingest: the hot path. The body reaches it as text, so that events can be stored exactly as they were sent. */
export function ingestRoutes(app: HttpApp, context: IngestContext): void {
  app.register(async (scope) => {
    takeTextBodies(scope, ['application/json', 'application/x-ndjson'], {
      bodies: context.bodies,
      maxBytes: context.config.MAX_BODY_BYTES,
    });
    scope.post(
      '/v1/ingest',
      {
        schema: {
          operationId: 'ingestEvents',
          summary: 'Store a batch of events',
          description: DESCRIPTION,
          tags: ['events'],
          headers,
          body,
          [FURTHER_BODIES]: { 'application/x-ndjson': z.string().describe('An event a line') },
          response: { 200: ingestAnswer },
        },
        validatorCompiler: () => (value: unknown) => ({ value }),
        // The answer is our own and its form fixed: zod's encoder would be the slowest step of a small batch.
        serializerCompiler: () => JSON.stringify,
      },
      (request, reply) => ingestBody(context, request, reply),
    );
  });
}

async function ingestBody(context: IngestContext, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const { 'idempotency-key': key, prefer } = request.headers;
  const result = await context.ingest.submit({
    text: (request.body ?? '') as string,
    book: (bytes) => request.booking?.take(bytes),
    format: formatOf(request),
    isStrict: typeof prefer === 'string' && /(^|[,;\s])handling=strict\b/i.test(prefer),
    idempotencyKey: Array.isArray(key) ? key[0] : key,
  });
  if (result.isReplay) reply.header('idempotent-replayed', 'true');
  return result.answer;
}

function formatOf(request: FastifyRequest): BatchFormat {
  return request.headers['content-type']?.toLowerCase().startsWith('application/x-ndjson') ? 'ndjson' : 'json';
}
