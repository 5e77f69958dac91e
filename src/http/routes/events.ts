import { z } from 'zod';
import { eventPage, eventQuery } from '../../api/events.ts';
import { AppError } from '../../core/errors.ts';
import { getStream } from '../../services/evaluation/resolve-stream.ts';
import { listEvents } from '../../store/events.ts';
import { chooseType } from '../accept.ts';
import type { HttpApp, HttpContext } from '../context.ts';

const NDJSON = 'application/x-ndjson';
const TYPES = ['application/json', NDJSON, 'application/ndjson'] as const;

const response = {
  200: {
    description: 'Oldest first',
    content: { 'application/json': { schema: eventPage }, [NDJSON]: { schema: z.string() } },
  },
};

export function eventRoutes(app: HttpApp, { db }: Pick<HttpContext, 'db'>): void {
  const schema = {
    tags: ['events'],
    operationId: 'listEvents',
    summary: 'The stored events of a stream',
    querystring: eventQuery,
    response,
  };
  app.get('/v1/events', { schema }, async (request, reply) => {
    const type = chooseType(request.headers.accept, TYPES);
    if (type === undefined) throw new AppError('not_acceptable', `Events come as ${TYPES.join(' or ')}.`);
    const { service, endpoint, from, to, limit, cursor } = request.query;
    const stream = await getStream(db, service, endpoint);
    const page = await listEvents(db, {
      streamId: stream.id,
      limit,
      ...(from !== undefined && { startMs: from }),
      ...(to !== undefined && { endMs: to }),
      ...(cursor !== undefined && { after: cursor }),
    });
    if (page.next !== null) reply.header('link', `<${nextUrl(request.url, page.next)}>; rel="next"`);
    return reply.header('content-type', type).send(type === 'application/json' ? jsonPage(page) : ndjsonPage(page));
  });
}

interface Page {
  readonly events: readonly string[];
  readonly next: string | null;
}

/** The events are JSON already, as they were sent: parsing them to write them again would only cost, and round numbers. */
function jsonPage({ events, next }: Page): string {
  return `{"events":[${events.join(',')}],"next":${JSON.stringify(next)}}`;
}

/** Stored JSON may hold line breaks between its tokens; none can be inside a text, so a space is as good. */
function ndjsonPage({ events }: Page): string {
  return events.map((event) => `${event.replace(/[\r\n]+/g, ' ')}\n`).join('');
}

/** The cursor of NDJSON has no place in the body. */
function nextUrl(url: string, cursor: string): string {
  const [path, search] = url.split('?', 2);
  const parameters = new URLSearchParams(search);
  parameters.set('cursor', cursor);
  return `${path}?${parameters}`;
}
