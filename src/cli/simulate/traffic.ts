import { isoTime } from '../../core/format/iso-time.ts';
import { drawNormal } from '../../core/stats/draw-normal.ts';
import { type Rng, seededRng } from '../../core/stats/rng.ts';
import { HOUR_MS, type Interval } from '../../core/time/window.ts';

export const SIMULATED_STREAM = { service: 'simulated', endpoint: 'POST /score' } as const;

export interface TrafficRules {
  readonly seed: number;
  readonly features: number;
  readonly perHour: number;
  /** When a quarter of the features drifts; undefined: never. */
  readonly drift: Interval | undefined;
}

const MEAN = 100;
const SD = 20;
/** Shift of a drifting number, in standard deviations. */
const SHIFT = 1;
const CATEGORIES = ['a', 'b', 'c', 'd', 'e'] as const;
const SHARES = [0.4, 0.25, 0.2, 0.1, 0.05] as const;
const DRIFTED_SHARES = [0.1, 0.2, 0.2, 0.2, 0.3] as const;

/** Events in an interval, evenly spaced. Three of five features are numeric, two are categorical. The same seed gives the same events. */
export function trafficOf(rules: TrafficRules, { startMs, endMs }: Interval): string[] {
  const rng = seededRng(`${rules.seed} ${startMs}`);
  const n = Math.round(((endMs - startMs) / HOUR_MS) * rules.perHour);
  const stepMs = (endMs - startMs) / n;
  return Array.from({ length: n }, (_, i) => JSON.stringify(eventAt(startMs + Math.floor(i * stepMs), rules, rng)));
}

function eventAt(ms: number, { features, drift }: TrafficRules, rng: Rng): object {
  const isDrifting = drift !== undefined && ms >= drift.startMs && ms < drift.endMs;
  const input: Record<string, number | string> = {};
  for (let i = 0; i < features; i++) {
    const isShifted = isDrifting && i % 4 === 0;
    if (i % 5 < 3) input[`number_${i}`] = round(MEAN + SD * (drawNormal(rng) + (isShifted ? SHIFT : 0)));
    else input[`name_${i}`] = pick(isShifted ? DRIFTED_SHARES : SHARES, rng);
  }
  const status = rng.next() < 0.001 ? 500 : 200;
  return {
    ts: isoTime(ms),
    ...SIMULATED_STREAM,
    request: input,
    response: { status, duration_ms: round(Math.max(5, 120 + 30 * drawNormal(rng))) },
  };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function pick(shares: readonly number[], rng: Rng): string {
  let left = rng.next();
  const i = shares.findIndex((share) => {
    left -= share;
    return left < 0;
  });
  return CATEGORIES[i] ?? 'a';
}
