import type { FastifyRequest, onRequestHookHandler } from 'fastify';
import { type Booking, type ByteBudget, overloaded } from './byte-budget.ts';
import type { SlowBodies } from './slow-bodies.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What it holds of the budget; of every request that may have a body. */
    booking?: Booking;
  }
}

/** What all routes with a body share. */
export interface Bodies {
  readonly budget: ByteBudget;
  readonly slow: SlowBodies;
}

/** Opens a booking for each request of a route, until its answer is sent. What says that it will not fit is refused before it is sent. */
export function bookBody({ budget }: Bodies): onRequestHookHandler {
  return (request, reply, done) => {
    const booking = budget.open();
    request.booking = booking;
    reply.raw.once('close', () => booking.release());
    done(booking.fits(declaredBytes(request)) ? undefined : overloaded());
  };
}

/** A form is not held as a whole. */
function declaredBytes({ headers }: FastifyRequest): number {
  if (headers['content-type']?.startsWith('multipart/')) return 0;
  return Number(headers['content-length'] ?? 0);
}
