import { isUtf8 } from 'node:buffer';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { FastifyRequest } from 'fastify';
import { AppError } from '../../core/errors.ts';
import { SECOND_MS } from '../../core/time/window.ts';
import { nextTurn } from '../../runtime/workers/turns.ts';
import type { ArrivingBody, SlowBodies } from './slow-bodies.ts';

const UNPACKED_CHUNK = 64 * 1024;
/** A megabyte or more, whose decoding takes milliseconds. */
const MANY_CHUNKS = 16;
/** What is still on its way of a refused body is read and dropped for so long, or the client might miss the answer. */
const LINGER_MS = 2 * SECOND_MS;

export interface BodyRules {
  /** Also once unpacked. */
  readonly maxBytes: number;
  readonly slow: SlowBodies;
}

/**
 * Reads a body as text, plain or gzipped. Its bytes are booked as they arrive, unpacked.
 *
 * @throws AppError too_large, overloaded, request_timeout, unsupported_media_type; invalid_json when it is not UTF-8 or not gzip
 */
export async function readText(request: FastifyRequest, payload: Readable, rules: BodyRules): Promise<string> {
  const chunks = await new Promise<Buffer[]>((resolve, reject) => {
    new Arrival(request, payload, rules).start(resolve, reject);
  });
  if (chunks.length > MANY_CHUNKS) await nextTurn();
  const bytes = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
  if (!isUtf8(bytes)) throw new AppError('invalid_json', 'The body is not valid UTF-8');
  return bytes.toString('utf8');
}

/** A body on its way. It ends once: whole, or refused. */
class Arrival implements ArrivingBody {
  readonly startedMs = performance.now();
  readonly #request: FastifyRequest;
  readonly #payload: Readable;
  readonly #rules: BodyRules;
  readonly #declared: number;
  readonly #unpack: ReturnType<typeof createGunzip> | undefined;
  #chunks: Buffer[] = [];
  /** As they came, and unpacked. */
  #received = 0;
  #bytes = 0;
  #booked = 0;
  #isOver = false;
  #resolve: (chunks: Buffer[]) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;

  constructor(request: FastifyRequest, payload: Readable, rules: BodyRules) {
    this.#request = request;
    this.#payload = payload;
    this.#rules = rules;
    this.#declared = Number(request.headers['content-length'] ?? Number.NaN);
    this.#unpack = isGzip(request) ? createGunzip({ chunkSize: UNPACKED_CHUNK }) : undefined;
  }

  get arrived(): number {
    return this.#payload.readableEnded ? Number.POSITIVE_INFINITY : this.#received;
  }

  start(resolve: (chunks: Buffer[]) => void, reject: (error: unknown) => void): void {
    [this.#resolve, this.#reject] = [resolve, reject];
    this.#rules.slow.add(this);
    const payload = this.#payload;
    payload.on('error', this.#onBroken).on('close', this.#onClose).on('data', this.#onArrival);
    if (this.#unpack === undefined) payload.on('end', this.#onEnd);
    else {
      const notGzip = new AppError('invalid_json', 'The body says gzip and cannot be unpacked');
      payload.pipe(this.#unpack);
      this.#unpack
        .on('data', this.#onChunk)
        .on('end', this.#onEnd)
        .on('error', () => this.end(notGzip));
    }
    if (this.#declared > this.#rules.maxBytes) this.end(this.#tooLarge());
  }

  /** Refuses it. */
  end(error: unknown): void {
    if (!this.#finish()) return;
    this.#chunks = [];
    this.#request.booking?.giveBack(this.#booked);
    this.#unpack?.destroy();
    const payload = this.#payload;
    if (payload.readableEnded || payload.destroyed || isTooSlow(error)) {
      this.#reject(error);
      return;
    }
    const answer = () => {
      clearTimeout(timer);
      payload.off('end', answer).off('close', answer);
      this.#reject(error);
    };
    const timer = setTimeout(answer, LINGER_MS);
    payload.on('end', answer).on('close', answer).resume();
  }

  readonly #onArrival = (chunk: Buffer): void => {
    this.#received += chunk.length;
    if (this.#received > this.#rules.maxBytes) this.end(this.#tooLarge());
    else if (this.#unpack === undefined) this.#onChunk(chunk);
  };

  readonly #onChunk = (chunk: Buffer): void => {
    if (this.#isOver) return;
    this.#bytes += chunk.length;
    if (this.#bytes > this.#rules.maxBytes) {
      this.end(this.#tooLarge());
      return;
    }
    try {
      this.#request.booking?.take(chunk.length);
      this.#booked += chunk.length;
      this.#chunks.push(chunk);
    } catch (error) {
      this.end(error);
    }
  };

  readonly #onEnd = (): void => {
    if (!Number.isNaN(this.#declared) && this.#received !== this.#declared) {
      this.end(new AppError('invalid_request', 'The body is not as long as its Content-Length says.'));
    } else if (this.#finish()) this.#resolve(this.#chunks);
  };

  readonly #onClose = (): void => {
    if (!this.#payload.readableEnded) this.#onBroken();
  };

  readonly #onBroken = (): void => {
    this.end(new AppError('invalid_request', 'The connection ended before the body did.'));
  };

  /** @returns false when it is over already */
  #finish(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.#rules.slow.delete(this);
    const payload = this.#payload;
    payload.off('data', this.#onArrival).off('end', this.#onEnd).off('close', this.#onClose);
    if (this.#unpack !== undefined) payload.unpipe(this.#unpack);
    return true;
  }

  #tooLarge(): AppError {
    const { maxBytes } = this.#rules;
    return new AppError('too_large', `The body is over ${maxBytes} bytes, unpacked; send it in smaller parts`);
  }
}

function isTooSlow(error: unknown): boolean {
  return error instanceof AppError && error.code === 'request_timeout';
}

function isGzip(request: FastifyRequest): boolean {
  const encoding = request.headers['content-encoding'];
  if (encoding === undefined || encoding === 'identity') return false;
  if (encoding.toLowerCase() === 'gzip') return true;
  const detail = `Content-Encoding takes gzip or nothing, not "${encoding.slice(0, 50)}"`;
  throw new AppError('unsupported_media_type', detail);
}
