import type { FastifyRequest } from 'fastify';
import { AppError } from '../../core/errors.ts';
import { SECOND_MS } from '../../core/time/window.ts';

/** A body gets so long without being looked at; then it must have come at the floor, on average. */
const GRACE_MS = 10 * SECOND_MS;
const FLOOR_BYTES_A_SECOND = 1_000;

/** A body that is on its way. */
export interface ArrivingBody {
  readonly startedMs: number;
  /** Bytes that have come so far, as they were sent. */
  readonly arrived: number;
  /** Called when it is too slow. */
  end(error: AppError): void;
}

/** Ends bodies that come too slowly: each holds a connection, and what has come of it. */
export class SlowBodies {
  readonly #arriving = new Set<ArrivingBody>();
  #timer: NodeJS.Timeout | undefined;

  add(body: ArrivingBody): void {
    this.#arriving.add(body);
    this.#timer ??= setInterval(() => this.#sweep(), SECOND_MS).unref();
  }

  delete(body: ArrivingBody): void {
    this.#arriving.delete(body);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #sweep(): void {
    const now = performance.now();
    for (const body of this.#arriving) {
      const ms = now - body.startedMs;
      if (ms < GRACE_MS || body.arrived >= (ms / SECOND_MS) * FLOOR_BYTES_A_SECOND) continue;
      this.#arriving.delete(body);
      body.end(new AppError('request_timeout', TOO_SLOW));
    }
  }
}

const TOO_SLOW = `The body came slower than ${FLOOR_BYTES_A_SECOND} bytes a second for ${GRACE_MS / SECOND_MS} s. Send it again, in smaller parts on a slow line.`;

/** Watches a body that something else reads. `error` rejects when it is too slow, and never otherwise ends. */
export function endWhenSlow(
  { raw }: FastifyRequest,
  slow: SlowBodies,
): { readonly error: Promise<never>; stop(): void } {
  const { socket } = raw;
  const before = socket.bytesRead;
  let reject: (error: AppError) => void = () => undefined;
  const error = new Promise<never>((_resolve, fail) => {
    reject = fail;
  });
  const body: ArrivingBody = {
    startedMs: performance.now(),
    get arrived() {
      return raw.readableEnded ? Number.POSITIVE_INFINITY : socket.bytesRead - before;
    },
    end: (tooSlow) => reject(tooSlow),
  };
  slow.add(body);
  return { error, stop: () => slow.delete(body) };
}
