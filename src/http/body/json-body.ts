import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError } from '../../core/errors.ts';
import { scanValue } from '../../core/json/scan-value.ts';
import type { Bodies } from './bodies.ts';
import { readText } from './read-body.ts';

const MAX_DEPTH = 64;
const MAX_VALUES = 1_000_000;
/** What a parsed value takes in memory, beside its text: 45 bytes for a list, 70 for an object, a pointer for a number. */
const BYTES_A_VALUE = 64;

/**
 * Bodies are JSON and nothing else. No `text/plain`: a page of another origin can send it without asking first.
 * An empty body counts as none, because many clients name a type for every POST.
 */
export function takeJsonBodies(app: FastifyInstance, { slow }: Bodies): void {
  app.removeAllContentTypeParsers();
  const parse = app.getDefaultJsonParser('error', 'ignore');
  app.addContentTypeParser('application/json', async (request: FastifyRequest, payload: Readable) => {
    // Nobody is there to read it.
    if (request.is404) return undefined;
    const encoding = request.headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity') {
      const detail = `Send this body without Content-Encoding: ${encoding.slice(0, 50)}.`;
      throw new AppError('unsupported_media_type', detail);
    }
    const text = await readText(request, payload, { maxBytes: request.routeOptions.bodyLimit as number, slow });
    if (text === '') return undefined;
    bookValues(request, text);
    return new Promise((resolve, reject) => {
      parse(request, text, (error, value) => (error === null ? resolve(value) : reject(error)));
    });
  });
}

/** @throws AppError invalid_request or too_large when the text would become too large, overloaded when that has no room now */
function bookValues(request: FastifyRequest, text: string): void {
  const { depth, values } = scanValue(text, 0);
  if (depth > MAX_DEPTH) {
    throw new AppError('invalid_request', `The body is nested deeper than ${MAX_DEPTH} levels.`);
  }
  if (values > MAX_VALUES) {
    throw new AppError('too_large', `The body has more than ${MAX_VALUES} values, objects and lists included.`);
  }
  request.booking?.take(values * BYTES_A_VALUE);
}
