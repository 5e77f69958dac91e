import { isUtf8 } from 'node:buffer';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ingestAnswer } from '../../api/events.ts';
import { AppError } from '../../core/errors.ts';
import type { ByteBudget } from '../../services/ingest/byte-budget.ts';
import { EVENT_SCHEMA } from '../../services/ingest/event-schema.ts';
import type { BatchFormat } from '../../services/ingest/parse-batch.ts';
import type { HttpApp, HttpContext } from '../context.ts';
import { FURTHER_BODIES } from '../openapi/bodies.ts';

const OVERLOAD_RETRY_SECONDS = 1;
/** What a body without Content-Length is taken to weigh until it has been read. */
const UNKNOWN_BYTES = 64 * 1024;

const gunzipBytes = promisify(gunzip);

/** For the page of the API only: the events themselves are looked at one by one, so that the good ones are kept. */
const body = z.array(z.any().meta({ ...EVENT_SCHEMA, id: 'Event' })).min(1);
const headers = z.object({
  'Idempotency-Key': z.string().optional().describe('Makes sending the batch again safe, for 24 hours'),
  Prefer: z.string().optional().describe('`handling=strict`: all events or none'),
});

const DESCRIPTION = `A JSON array of events, or NDJSON, gzip allowed. Bad events are refused one by one and the good ones kept;
\`Prefer: handling=strict\` makes it all or nothing. \`Idempotency-Key\` makes sending again safe. Answered after the commit.`;

type IngestContext = Pick<HttpContext, 'ingest' | 'config'>;

/** POST /v1/ingest: the hot path. Bodies are read here as bytes, so that events can be stored exactly as they were sent. */
export function ingestRoutes(app: HttpApp, context: IngestContext): void {
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    for (const type of ['application/json', 'application/x-ndjson']) {
      scope.addContentTypeParser(type, { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    }
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
        onRequest: takeBudget(context.ingest.budget),
      },
      (request, reply) => ingestBody(context, request, reply),
    );
  });
}

async function ingestBody(context: IngestContext, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const text = await readText(request, context.config.MAX_BODY_BYTES);
  const { 'idempotency-key': key, prefer } = request.headers;
  const result = await context.ingest.submit({
    text,
    format: formatOf(request),
    isStrict: typeof prefer === 'string' && /(^|[,;\s])handling=strict\b/i.test(prefer),
    idempotencyKey: Array.isArray(key) ? key[0] : key,
  });
  if (result.isReplay) reply.header('idempotent-replayed', 'true');
  return result.answer;
}

function takeBudget(budget: ByteBudget) {
  return (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): void => {
    const bytes = Number(request.headers['content-length'] ?? UNKNOWN_BYTES) || UNKNOWN_BYTES;
    if (!budget.tryReserve(bytes)) {
      const detail = 'Too many events are on their way into the database; send this batch again in a moment';
      done(new AppError('overloaded', detail, { retryAfterSeconds: OVERLOAD_RETRY_SECONDS }));
      return;
    }
    reply.raw.once('close', () => budget.release(bytes));
    done();
  };
}

function formatOf(request: FastifyRequest): BatchFormat {
  return request.headers['content-type']?.toLowerCase().startsWith('application/x-ndjson') ? 'ndjson' : 'json';
}

async function readText(request: FastifyRequest, maxBytes: number): Promise<string> {
  const sent = (request.body ?? Buffer.alloc(0)) as Buffer;
  const bytes = await decoded(sent, request.headers['content-encoding'], maxBytes);
  if (!isUtf8(bytes)) throw new AppError('invalid_json', 'The body is not valid UTF-8');
  return bytes.toString('utf8');
}

async function decoded(body: Buffer, encoding: string | undefined, maxBytes: number): Promise<Buffer> {
  if (encoding === undefined || encoding === 'identity') return body;
  if (encoding.toLowerCase() !== 'gzip') {
    throw new AppError(
      'unsupported_media_type',
      `Content-Encoding takes gzip or nothing, not "${encoding.slice(0, 50)}"`,
    );
  }
  try {
    return await gunzipBytes(body, { maxOutputLength: maxBytes });
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new AppError('too_large', `The body is over ${maxBytes} bytes once unpacked; send it in smaller batches`);
    }
    throw new AppError('invalid_json', 'The body says gzip and cannot be unpacked');
  }
}
