import type { FastifyInstance } from 'fastify';
import { AppError } from '../core/errors.ts';

/**
 * Bodies are JSON and nothing else. No `text/plain`: a page of another origin can send it without asking first.
 * An empty body counts as none, because many clients name a type for every POST.
 */
export function takeJsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  const parse = app.getDefaultJsonParser('error', 'ignore');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    const encoding = request.headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity') {
      done(
        new AppError('unsupported_media_type', `Send this body without Content-Encoding: ${encoding.slice(0, 50)}.`),
      );
    } else if (body === '') done(null, undefined);
    else parse(request, body as string, done);
  });
}
