import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError } from '../../core/errors.ts';
import type { Bodies } from './bodies.ts';
import { readText } from './read-body.ts';

export interface TextBodies {
  readonly bodies: Bodies;
  readonly maxBytes: number;
}

/** Bodies of these types reach the routes of a scope as text, and so do those that name none, because old clients name none. */
export function takeTextBodies(app: FastifyInstance, types: readonly string[], { bodies, maxBytes }: TextBodies): void {
  app.removeAllContentTypeParsers();
  const rules = { maxBytes, slow: bodies.slow };
  const read = (request: FastifyRequest, payload: Readable) => readText(request, payload, rules);
  for (const type of types) app.addContentTypeParser(type, read);
  app.addContentTypeParser('*', async (request: FastifyRequest, payload: Readable) => {
    if (request.headers['content-type'] === undefined) return read(request, payload);
    throw new AppError('unsupported_media_type', `Send the body with Content-Type: ${types.join(' or ')}.`);
  });
}
