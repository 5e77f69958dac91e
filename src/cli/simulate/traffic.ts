import { isoTime } from '../../core/format/iso-time.ts';
import { drawNormal } from '../../core/stats/draw-normal.ts';
import { type Rng, seededRng } from '../../core/stats/rng.ts';
import { DAY_MS, HOUR_MS, type Interval, MINUTE_MS, SECOND_MS } from '../../core/time/window.ts';

export const SIMULATED_STREAM = { service: 'simulated', endpoint: 'POST /score' } as const;

/** In which ways rows of quiet traffic depend on each other and on the time of day. */
interface Shape {
  /** Rate, means and shares follow the hour of the day. */
  readonly hasSeason: boolean;
  /** Who sends: each event by itself, sessions of a few events, or a few users who come back in bursts. */
  readonly senders: 'events' | 'sessions' | 'users';
  /** The latency follows a slow noise that all events share. */
  readonly hasSlowNoise: boolean;
}

/** The traffic that `plumbline simulate --traffic` knows. Nothing is wrong in any of it, unless a drift is planted. */
const TRAFFIC = {
  iid: { hasSeason: false, senders: 'events', hasSlowNoise: false },
  season: { hasSeason: true, senders: 'events', hasSlowNoise: false },
  sessions: { hasSeason: false, senders: 'sessions', hasSlowNoise: false },
  users: { hasSeason: false, senders: 'users', hasSlowNoise: false },
  correlated: { hasSeason: false, senders: 'events', hasSlowNoise: true },
  all: { hasSeason: true, senders: 'users', hasSlowNoise: true },
} as const satisfies Record<string, Shape>;

export type TrafficKind = keyof typeof TRAFFIC;
export const TRAFFIC_KINDS = Object.keys(TRAFFIC) as [TrafficKind, ...TrafficKind[]];

/** What changes, and when. */
export interface PlantedDrift extends Interval {
  /** By their number. */
  readonly features: readonly number[];
  /** How far numbers move, in standard deviations. */
  readonly deviations: number;
  /** The share of the events that the most frequent category loses to the rarest, [0, .3]. */
  readonly points: number;
}

export interface TrafficRules {
  readonly kind: TrafficKind;
  readonly seed: number | string;
  /** Three of five are numbers, two are names; `response.duration_ms` comes on top. */
  readonly features: number;
  /** Mean over a day. */
  readonly perHour: number;
  readonly drifts: readonly PlantedDrift[];
}

export interface SimulatedEvent {
  readonly ts: string;
  readonly service: string;
  readonly endpoint: string;
  readonly request: Readonly<Record<string, number | string>>;
  readonly response: { readonly status: number; readonly duration_ms: number };
}

const MEAN = 100;
const SD = 20;
const DURATION_MEAN = 120;
const DURATION_SD = 30;
const FAILURE_SHARE = 0.001;
const CATEGORIES = ['a', 'b', 'c', 'd', 'e'] as const;
const SHARES = [0.4, 0.25, 0.2, 0.1, 0.05] as const;

/** Of the rate, of a number in standard deviations, and of the share of the most frequent category. */
const SEASON = { rate: 0.6, number: 0.5, share: 0.1 } as const;
const SESSION = { meanEvents: 4, gapMs: 30 * SECOND_MS } as const;
const USERS = { count: 60, meanEvents: 6, gapMs: 20 * SECOND_MS } as const;
/** How much of the variance of a number, and of the choice of a category, belongs to the sender. */
const SENDER_SHARE = 0.5;
/** Standard deviation of the logarithm of the latency, and what is left of it after five minutes. */
const SLOW_NOISE = { sd: 0.1, stepMs: 5 * MINUTE_MS, memory: 0.95 } as const;

/** What the events of one session or user have in common: standard normal numbers, and categories. */
interface Sender {
  readonly numbers: readonly number[];
  readonly names: readonly string[];
}

/**
 * Events of one stream, in the order of their times. The same rules give the same events, whatever the intervals they are asked for in; the
 * intervals follow each other.
 */
export class Traffic {
  readonly #rules: TrafficRules;
  readonly #shape: Shape;
  /** When events come, and from whom; and what they say: apart, so that how far ahead is drawn changes nothing. */
  readonly #arrivals: Rng;
  readonly #values: Rng;
  readonly #users: readonly Sender[];
  /** Drawn ahead, because a session lasts beyond the event that starts it. */
  #ahead: { readonly ms: number; readonly sender: Sender | undefined }[] = [];
  #drawnUntilMs: number | undefined;
  #noise = { step: 0, value: 0 };

  constructor(rules: TrafficRules) {
    this.#rules = rules;
    this.#shape = TRAFFIC[rules.kind];
    this.#arrivals = seededRng(`arrivals ${rules.kind} ${rules.seed}`);
    this.#values = seededRng(`values ${rules.kind} ${rules.seed}`);
    this.#users = this.#shape.senders === 'users' ? Array.from({ length: USERS.count }, () => this.#newSender()) : [];
  }

  next({ startMs, endMs }: Interval): SimulatedEvent[] {
    for (let ms = this.#drawnUntilMs ?? startMs; ms < endMs; ms += MINUTE_MS) this.#drawMinute(ms);
    this.#drawnUntilMs = Math.max(endMs, this.#drawnUntilMs ?? endMs);
    const due = this.#ahead.filter(({ ms }) => ms < endMs).sort((a, b) => a.ms - b.ms);
    this.#ahead = this.#ahead.filter(({ ms }) => ms >= endMs);
    return due.map(({ ms, sender }) => this.#eventAt(ms, sender));
  }

  /** Starts of a minute are a Poisson process; single events are evenly spaced, as a steady client sends them. */
  #drawMinute(startMs: number): void {
    const { senders } = this.#shape;
    const events = (this.#rules.perHour / (HOUR_MS / MINUTE_MS)) * this.#rateAt(startMs);
    if (senders === 'events') {
      const first = (startMs / MINUTE_MS) * events;
      const n = Math.floor(first + events) - Math.floor(first);
      for (let i = 0; i < n; i++)
        this.#ahead.push({ ms: startMs + Math.floor(((i + 0.5) / n) * MINUTE_MS), sender: undefined });
      return;
    }
    const { meanEvents, gapMs } = senders === 'sessions' ? SESSION : USERS;
    for (let n = drawPoisson(this.#arrivals, events / meanEvents); n > 0; n--) {
      const sender =
        senders === 'sessions' ? this.#newSender() : this.#users[Math.floor(this.#arrivals.next() * USERS.count)];
      let ms = startMs + Math.floor(this.#arrivals.next() * MINUTE_MS);
      // Geometric with the mean: after each event the session goes on with the same chance.
      do {
        this.#ahead.push({ ms, sender });
        ms += Math.ceil(-Math.log(1 - this.#arrivals.next()) * gapMs);
      } while (this.#arrivals.next() >= 1 / meanEvents);
    }
  }

  #rateAt(ms: number): number {
    return this.#shape.hasSeason ? 1 + SEASON.rate * timeOfDay(ms) : 1;
  }

  #newSender(): Sender {
    const indexes = Array.from({ length: this.#rules.features }, (_, i) => i);
    return {
      numbers: indexes.map(() => drawNormal(this.#arrivals)),
      names: indexes.map(() => pick(SHARES, this.#arrivals)),
    };
  }

  #eventAt(ms: number, sender: Sender | undefined): SimulatedEvent {
    const rng = this.#values;
    const drifts = this.#rules.drifts.filter(({ startMs, endMs }) => ms >= startMs && ms < endMs);
    const season = this.#shape.hasSeason ? timeOfDay(ms) : 0;
    const request: Record<string, number | string> = {};
    for (let i = 0; i < this.#rules.features; i++) {
      const drift = drifts.find(({ features }) => features.includes(i));
      const bySeason = season * (DIRECTIONS[i % DIRECTIONS.length] as number);
      if (isNumber(i)) request[`number_${i}`] = this.#drawNumber(sender?.numbers[i], bySeason, drift?.deviations ?? 0);
      else request[`name_${i}`] = this.#drawName(sender?.names[i], bySeason, drift?.points ?? 0);
    }
    const noise = this.#shape.hasSlowNoise ? Math.exp(this.#noiseAt(ms)) : 1;
    const duration = (DURATION_MEAN + DURATION_SD * (drawNormal(rng) + SEASON.number * season)) * noise;
    return {
      ts: isoTime(ms),
      ...SIMULATED_STREAM,
      request,
      response: { status: rng.next() < FAILURE_SHARE ? 500 : 200, duration_ms: round(Math.max(5, duration)) },
    };
  }

  #drawNumber(own: number | undefined, season: number, shift: number): number {
    const fresh = drawNormal(this.#values);
    const normal = own === undefined ? fresh : Math.sqrt(SENDER_SHARE) * own + Math.sqrt(1 - SENDER_SHARE) * fresh;
    return round(MEAN + SD * (normal + SEASON.number * season + shift));
  }

  #drawName(own: string | undefined, season: number, points: number): string {
    const isOwn = own !== undefined && points === 0 && this.#values.next() < SENDER_SHARE;
    return isOwn ? own : pick(sharesOf(SEASON.share * season, points), this.#values);
  }

  /** A first-order autoregressive process, a step each five minutes. */
  #noiseAt(ms: number): number {
    const step = Math.floor(ms / SLOW_NOISE.stepMs);
    const { sd, memory } = SLOW_NOISE;
    if (this.#noise.step === 0) this.#noise = { step, value: sd * drawNormal(this.#values) };
    while (this.#noise.step < step) {
      const fresh = sd * Math.sqrt(1 - memory ** 2) * drawNormal(this.#values);
      this.#noise = { step: this.#noise.step + 1, value: memory * this.#noise.value + fresh };
    }
    return this.#noise.value;
  }
}

/** From -1, at four in the morning, to 1, at four in the afternoon. */
function timeOfDay(ms: number): number {
  return -Math.cos((2 * Math.PI * (ms - 4 * HOUR_MS)) / DAY_MS);
}

/** Not all features follow the day in the same direction, and some do not follow it. */
const DIRECTIONS = [1, -1, 0] as const;

function isNumber(feature: number): boolean {
  return feature % 5 < 3;
}

/** By the hour the first two categories exchange a share; a drift moves a share from the first to the last. */
function sharesOf(season: number, points: number): readonly number[] {
  const [a, b, c, d, e] = SHARES;
  return [a + season - points, b - season, c, d, e + points];
}

/** Knuth's method; for means of a few. */
function drawPoisson(rng: Rng, mean: number): number {
  const least = Math.exp(-mean);
  let n = 0;
  for (let product = rng.next(); product > least; product *= rng.next()) n++;
  return n;
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
