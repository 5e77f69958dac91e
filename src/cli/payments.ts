import { isoTime } from '../core/format/iso-time.ts';
import { drawNormal } from '../core/stats/draw-normal.ts';
import type { Rng } from '../core/stats/rng.ts';
import type { Interval } from '../core/time/window.ts';

export const PAYMENTS_SERVICE = 'payments_api';
export const PAYMENTS_ENDPOINT = 'POST /v2/payments';

/** With this seed the baseline meets its own SLO and only the amounts drift: the first report is OK, the second is FAIL. */
export const DEFAULT_SEED = '21';

/** The distribution of payments. Amounts and durations (ms) are normal with a minimum; failures have status 500. */
export interface PaymentMix {
  readonly events: number;
  readonly amountMean: number;
  readonly amountSd: number;
  readonly failureShare: number;
  readonly durationMean: number;
  readonly durationSd: number;
}

export const BASELINE_MIX: PaymentMix = {
  events: 200,
  amountMean: 100,
  amountSd: 20,
  failureShare: 0.005,
  durationMean: 800,
  durationSd: 200,
};

export const DRIFT_MIX: PaymentMix = {
  events: 500,
  amountMean: 220,
  amountSd: 20,
  failureShare: 0.01,
  durationMean: 950,
  durationSd: 220,
};

const CURRENCY_SHARES = [
  ['USD', 0.6],
  ['CAD', 0.3],
  ['EUR', 0.1],
] as const;

export interface PaymentEvent {
  readonly ts: string;
  readonly service: string;
  readonly endpoint: string;
  readonly host: string;
  readonly request: { readonly body: { readonly amount: number; readonly currency: string } };
  readonly response: { readonly status: number; readonly duration_ms: number };
}

/** Draws payments, evenly spaced in an interval. The same seed gives the same payments. */
export function paymentEvents(mix: PaymentMix, rng: Rng, { startMs, endMs }: Interval): PaymentEvent[] {
  const stepMs = (endMs - startMs) / mix.events;
  return Array.from({ length: mix.events }, (_, i) => paymentAt(startMs + Math.floor(i * stepMs), mix, rng));
}

function paymentAt(ms: number, mix: PaymentMix, rng: Rng): PaymentEvent {
  return {
    ts: isoTime(ms),
    service: PAYMENTS_SERVICE,
    endpoint: PAYMENTS_ENDPOINT,
    host: 'client-1',
    request: {
      body: {
        amount: round(Math.max(0, mix.amountMean + mix.amountSd * drawNormal(rng)), 2),
        currency: drawCurrency(rng),
      },
    },
    response: {
      status: rng.next() < mix.failureShare ? 500 : 200,
      duration_ms: round(Math.max(50, mix.durationMean + mix.durationSd * drawNormal(rng)), 1),
    },
  };
}

function drawCurrency(rng: Rng): string {
  let left = rng.next();
  for (const [currency, share] of CURRENCY_SHARES) {
    left -= share;
    if (left < 0) return currency;
  }
  return 'EUR';
}

function round(x: number, digits: number): number {
  return Number(x.toFixed(digits));
}
