import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { drawNormal } from '../../src/core/stats/draw-normal.ts';
import { seededRng } from '../../src/core/stats/rng.ts';
import { floorTo, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../src/core/time/window.ts';
import type { Database } from '../../src/store/database.ts';
import { printTable, thousands } from '../bench/figures.ts';
import type { BenchDatabase } from '../bench/postgres.ts';
import { startService } from '../bench/service.ts';
import { findPort } from './own-postgres.ts';
import { Probe } from './probe.ts';

const STREAMS = 10_000;
const EVENTS_A_STREAM = 3;
const FEATURES = 500;
/** Paths beyond the features that a stream may have: stored, and not profiled. */
const IGNORED = 100;
const WIDE_EVENTS = 24_000;
const CATEGORIES = 1_000_000;
const BATCH = 10_000;
const CLIENTS = 4;
const PAYMENT_EVENTS = 2_000;
/** Of two sketches, each with a rank error of .0014. */
const SKETCH_ERROR = 0.003;
const MAX_RSS_MB = 512;
const LONGEST_LIVEZ_MS = 5 * SECOND_MS;

type Event = Readonly<Record<string, unknown>>;

/** 1,000,000 categories, 10,000 streams and streams with 500 features at once; then the next reports, next to a direct computation. */
export async function chaosCardinality(_db: Database, database: BenchDatabase): Promise<boolean> {
  return measure('Postgres', database.url);
}

export async function chaosCardinalityEmbedded(): Promise<boolean> {
  return measure('the embedded engine', undefined);
}

async function measure(name: string, databaseUrl: string | undefined): Promise<boolean> {
  const service = await startService({
    port: await findPort(),
    ...(databaseUrl !== undefined && { databaseUrl }),
    env: { LOG_LEVEL: 'error', DEFAULT_MONITOR: 'off', MAX_STREAMS: String(STREAMS + 3) },
  });
  const probe = await Probe.start(service.url, service.pid);
  const steps: string[][] = [];
  // The hour before the last one: it is folded while the events come.
  const startMs = floorTo(Date.now(), HOUR_MS) - 2 * HOUR_MS;
  const step = async (title: string, work: () => Promise<void>): Promise<void> => {
    const beganMs = performance.now();
    await work();
    const seconds = ((performance.now() - beganMs) / SECOND_MS).toFixed(1);
    const row = [title, `${seconds} s`, `${Math.round(service.peakMemoryMb())} MB`];
    process.stderr.write(`${row.join(', ')}\n`);
    steps.push(row);
  };
  await step(`${thousands(STREAMS)} new streams`, () => send(service.url, manyStreams(startMs)));
  await step(`${thousands(CATEGORIES)} categories`, () => send(service.url, manyCategories(startMs)));
  await step(`${FEATURES} features, ${IGNORED} more`, () => send(service.url, wide(startMs)));
  await step('payments', () => send(service.url, payments(startMs)));
  const faults: string[] = [];
  const check = async () => void faults.push(...(await checkReports(service.url, startMs)));
  await step('reports', check);
  await step('a minute of folding', () => delay(MINUTE_MS));
  await step('reports again', check);
  const { worstMs, failed, peakMb } = await probe.stop();
  await service.stop();
  printTable([[`cardinality, ${name}`, 'time', 'peak RSS'], ...steps]);
  printTable([
    ['', 'asked', 'measured'],
    ['peak RSS', `≤ ${MAX_RSS_MB} MB`, `${Math.round(peakMb)} MB`],
    ['slowest /livez', `≤ ${LONGEST_LIVEZ_MS} ms`, `${Math.round(worstMs)} ms`],
    ['/livez without an answer', '0', String(failed)],
    ['differences from a direct computation', '0', String(faults.length)],
  ]);
  for (const fault of faults) console.log(`  ${fault}`);
  return peakMb <= MAX_RSS_MB && faults.length === 0 && failed === 0 && worstMs <= LONGEST_LIVEZ_MS;
}

/** Batches from several clients at once, as they come; each again while the service says that it is busy. */
async function send(url: string, batches: Iterator<readonly Event[]>): Promise<void> {
  const client = async (): Promise<void> => {
    for (let next = batches.next(); next.done !== true; next = batches.next()) await post(url, next.value);
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
}

async function post(url: string, events: readonly Event[]): Promise<void> {
  const body = JSON.stringify(events);
  const key = randomUUID();
  const headers = { 'content-type': 'application/json', 'idempotency-key': key };
  const answer = await ask(`${url}/v1/ingest`, { method: 'POST', headers, body });
  const { rejected, errors } = (await answer.json()) as { rejected: number; errors: readonly { message: string }[] };
  if (rejected !== 0) throw new Error(`the service refused ${rejected} events: ${errors[0]?.message}`);
}

/** Again while the service says that it is busy, or has closed a connection that was idle. */
async function ask(url: string, init?: RequestInit): Promise<Response> {
  for (;;) {
    const answer = await fetch(url, init).catch(() => undefined);
    if (answer?.ok) return answer;
    const text = await answer?.text();
    if (answer !== undefined && answer.status !== 503) throw new Error(`${url}: ${answer.status} ${text}`);
    await delay(SECOND_MS);
  }
}

function* inBatches(count: number, size: number, eventOf: (i: number) => Event): Generator<Event[]> {
  for (let i = 0; i < count; i += size) {
    yield Array.from({ length: Math.min(size, count - i) }, (_, k) => eventOf(i + k));
  }
}

function manyStreams(startMs: number): Generator<Event[]> {
  return inBatches(STREAMS * EVENTS_A_STREAM, BATCH, (i) => ({
    ts: startMs + (i % 60) * MINUTE_MS,
    service: `service ${i % 100}`,
    endpoint: `GET /${i % STREAMS}`,
    request: { amount: i % 97, currency: ['EUR', 'USD', 'CAD'][i % 3], method: 'card', country: `c${i % 7}` },
    response: { status: 200, duration_ms: 50 + (i % 31) },
  }));
}

const CATEGORY_STREAM = { service: 'cardinality', endpoint: 'categories' };
const POPULAR = ['red', 'green', 'blue', 'white', 'black'];

/** Half of the values are one of five; the other half come once. Beside them a value that is new in each event. */
function skuOf(i: number): string {
  return i % 2 === 0 ? (POPULAR[(i / 2) % POPULAR.length] as string) : `sku number ${i}`;
}

function manyCategories(startMs: number): Generator<Event[]> {
  return inBatches(CATEGORIES, BATCH, (i) => ({
    ...CATEGORY_STREAM,
    ts: startMs + Math.floor((i / CATEGORIES) * HOUR_MS),
    request: { sku: skuOf(i), word: `w${(i * 7_919) % CATEGORIES}`, amount: i % 1_000 },
    response: { status: 200 },
  }));
}

const WIDE_STREAM = { service: 'cardinality', endpoint: 'wide' };

function wide(startMs: number): Generator<Event[]> {
  const rng = seededRng('cardinality');
  const numbers = FEATURES / 2;
  return inBatches(WIDE_EVENTS, 600, (i) => {
    const body: Record<string, number | string> = {};
    for (let f = 0; f < numbers; f++) body[`n${f}`] = Math.round(rng.next() * 1e6) / 1e3;
    for (let f = 0; f < numbers; f++) body[`c${f}`] = `v${Math.floor(rng.next() * 50)}`;
    for (let f = 0; f < IGNORED; f++) if (i > 0) body[`x${f}`] = f;
    return { ...WIDE_STREAM, ts: startMs + Math.floor((i / WIDE_EVENTS) * HOUR_MS), body };
  });
}

const PAYMENTS = { service: 'cardinality', endpoint: 'POST /pay' };

function payments(startMs: number): Generator<Event[]> {
  const rng = seededRng('payments');
  return inBatches(PAYMENT_EVENTS, PAYMENT_EVENTS, (i) => ({
    ...PAYMENTS,
    ts: startMs + Math.floor((i / PAYMENT_EVENTS) * HOUR_MS),
    request: {
      amount: (i < PAYMENT_EVENTS / 2 ? 100 : 110) + 20 * drawNormal(rng),
      currency: rng.next() < 0.6 ? 'USD' : 'EUR',
    },
  }));
}

/** What the reports say, where it is not what the events themselves say. */
async function checkReports(url: string, startMs: number): Promise<string[]> {
  return [
    ...(await differencesOf(url, startMs, {
      stream: PAYMENTS,
      events: [...payments(startMs)].flat(),
      numbers: ['request.amount'],
      categories: ['request.currency'],
      // Few enough values for profiles to be exact.
      tolerance: 1e-9,
    })),
    ...(await differencesOf(url, startMs, {
      stream: WIDE_STREAM,
      events: [...wide(startMs)].flat(),
      numbers: ['body.n0', `body.n${FEATURES / 2 - 1}`],
      categories: ['body.c0', `body.c${FEATURES / 2 - 1}`],
      tolerance: SKETCH_ERROR,
    })),
    ...(await differencesOf(url, startMs, {
      stream: CATEGORY_STREAM,
      events: [...manyCategories(startMs)].flat(),
      numbers: ['request.amount'],
      categories: ['request.sku'],
      tolerance: SKETCH_ERROR,
    })),
  ];
}

interface Expected {
  readonly stream: { readonly service: string; readonly endpoint: string };
  readonly events: readonly Event[];
  /** Paths of features. */
  readonly numbers: readonly string[];
  readonly categories: readonly string[];
  /** Of the distance of Kolmogorov and Smirnov. */
  readonly tolerance: number;
}

interface Check {
  readonly d?: number;
  readonly live_counts?: Readonly<Record<string, number>>;
}

async function differencesOf(url: string, startMs: number, expected: Expected): Promise<string[]> {
  const middleMs = startMs + HOUR_MS / 2;
  const reference = expected.events.filter(({ ts }) => Number(ts) < middleMs);
  const current = expected.events.filter(({ ts }) => Number(ts) >= middleMs);
  const { samples, checks } = await reportOf(url, expected.stream, startMs);
  const faults = samples === current.length ? [] : [`${samples} events in the report, ${current.length} sent`];
  for (const path of expected.numbers) {
    const d = distanceOf(valuesAt(reference, path) as number[], valuesAt(current, path) as number[]);
    const found = checks[`${nameOf(path)}_ks`]?.d ?? Number.NaN;
    if (!(Math.abs(found - d) <= expected.tolerance))
      faults.push(`${path}: D is ${found} in the report, ${d} directly`);
  }
  for (const path of expected.categories) {
    const counts = popularOf(valuesAt(current, path));
    const found = checks[`${nameOf(path)}_psi`]?.live_counts ?? {};
    for (const [category, n] of counts) {
      if (found[category] !== n) faults.push(`${path} ${category}: ${found[category]} in the report, ${n} directly`);
    }
  }
  return faults.map((fault) => `${expected.stream.endpoint}: ${fault}`);
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}

function valuesAt(events: readonly Event[], path: string): unknown[] {
  const steps = path.split('.');
  return events.map((event) => steps.reduce<unknown>((value, step) => (value as Event)[step], event));
}

/** The largest gap between the empirical distribution functions. */
function distanceOf(reference: readonly number[], current: readonly number[]): number {
  const [r, c] = [Float64Array.from(reference).sort(), Float64Array.from(current).sort()];
  let largest = 0;
  for (let i = 0, j = 0; i < r.length && j < c.length; ) {
    const value = Math.min(r[i] as number, c[j] as number);
    while (r[i] === value) i++;
    while (c[j] === value) j++;
    largest = Math.max(largest, Math.abs(i / r.length - j / c.length));
  }
  return largest;
}

/** Values that come once are not counted one by one when there are too many. */
function popularOf(values: readonly unknown[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(String(value), (counts.get(String(value)) ?? 0) + 1);
  return new Map([...counts].filter(([, n]) => n > 1));
}

/** The second half of the hour next to the first. */
async function reportOf(
  url: string,
  stream: Expected['stream'],
  startMs: number,
): Promise<{ samples: number; checks: Readonly<Record<string, Check>> }> {
  const [from, middle, to] = [0, HOUR_MS / 2, HOUR_MS].map((ms) => new Date(startMs + ms).toISOString());
  const body = JSON.stringify({ ...stream, start: from, end: middle });
  const headers = { 'content-type': 'application/json' };
  await ask(`${url}/v1/baselines`, { method: 'POST', headers, body });
  const query = new URLSearchParams({ ...stream, start: middle ?? '', end: to ?? '', preset: 'guard' });
  const answer = await ask(`${url}/reports/latest?${query}`);
  return (await answer.json()) as { samples: number; checks: Record<string, Check> };
}
