import { drawNormal } from '../../src/core/stats/draw-normal.ts';
import { seededRng } from '../../src/core/stats/rng.ts';

const CURRENCIES = ['USD', 'USD', 'USD', 'USD', 'USD', 'USD', 'CAD', 'CAD', 'CAD', 'EUR'];
const METHODS = ['card', 'card', 'card', 'transfer', 'wallet'];

/**
 * Payment events of about 300 bytes with 5 features (amount, currency, method, status, duration), evenly spaced.
 *
 * @param count - number of events
 * @param startMs - time of the first event; the last event is before startMs + spanMs
 */
export function* paymentTexts(count: number, startMs: number, spanMs: number, seed: number): Generator<string> {
  const rng = seededRng(seed);
  for (let i = 0; i < count; i++) {
    yield JSON.stringify({
      ts: new Date(Math.floor(startMs + (i / count) * spanMs)).toISOString(),
      service: 'payments_api',
      endpoint: 'POST /v2/payments',
      host: `payments-api-7f9c6d5b8-x2k4q.eu-west-${1 + (i % 3)}.payments.svc.cluster.internal`,
      request: {
        body: {
          amount: Math.max(0, Math.round(10_000 + 2_000 * drawNormal(rng)) / 100),
          currency: CURRENCIES[Math.floor(rng.next() * CURRENCIES.length)],
          method: METHODS[Math.floor(rng.next() * METHODS.length)],
        },
      },
      response: {
        status: rng.next() < 0.003 ? 500 : 200,
        duration_ms: Math.max(50, Math.round((800 + 200 * drawNormal(rng)) * 1000) / 1000),
      },
    });
  }
}

/** The events as bodies of requests. */
export function batchBodies(texts: readonly string[], size: number): string[] {
  const bodies: string[] = [];
  for (let i = 0; i < texts.length; i += size) bodies.push(`[${texts.slice(i, i + size).join(',')}]`);
  return bodies;
}
