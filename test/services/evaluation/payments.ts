import { seededRng } from '../../../src/core/stats/rng.ts';
import { HOUR_MS } from '../../../src/core/time/window.ts';
import { buildBaseline } from '../../../src/services/baselines/build-baseline.ts';
import type { Database } from '../../../src/store/database.ts';
import { drivenClock, NOW_MS, newStream, openIngest, send } from '../ingest/service.ts';
import { evaluationContext } from './context.ts';

interface Traffic {
  readonly mean: number;
  readonly n: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Payments whose amounts are normal about a mean, evenly spread over a span. */
export function payments(
  event: ReturnType<typeof newStream>,
  { mean, n, fromMs, toMs }: Traffic,
  seed: number,
): object[] {
  const rng = seededRng(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - rng.next())) * Math.cos(2 * Math.PI * rng.next());
  return Array.from({ length: n }, (_, i) =>
    event(
      {
        ts: Math.floor(fromMs + ((toMs - fromMs) * i) / n),
        request: { body: { amount: Math.max(0, mean + 20 * normal()), currency: rng.next() < 0.6 ? 'USD' : 'EUR' } },
      },
      { status: 200, duration_ms: Math.max(50, 800 + 200 * normal()) },
    ),
  );
}

export const QUIET = { mean: 100, n: 600, fromMs: NOW_MS - 2 * HOUR_MS, toMs: NOW_MS - HOUR_MS };
/** A stream of its own with an hour of quiet payments, and the baseline of that hour. */
export async function openPayments(db: Database, seed: number) {
  const event = newStream();
  const names = { service: String(event().service), endpoint: String(event().endpoint) };
  const ingest = openIngest(db);
  const clock = drivenClock();
  const context = await evaluationContext(db, clock);
  await send(ingest, payments(event, QUIET, seed));
  const interval = { startMs: QUIET.fromMs, endMs: QUIET.toMs };
  const baseline = await buildBaseline(context, { ...names, interval });
  return { event, names, ingest, clock, context, baseline };
}
