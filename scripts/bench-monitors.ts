import { setTimeout as delay } from 'node:timers/promises';
import { Traffic } from '../src/cli/simulate/traffic.ts';
import { MINUTE_MS } from '../src/core/time/window.ts';
import { printTable } from './bench/figures.ts';
import { sendAll } from './bench/load.ts';
import { option } from './bench/option.ts';
import { createDatabase } from './bench/postgres.ts';
import { type BenchService, startService } from './bench/service.ts';

// Measures many monitors on one process: do all runs finish in time, and what does it cost? Usage: npm run bench:monitors [-- --monitors 500 --minutes 3]

const MONITORS = option('monitors', 500);
const MINUTES = option('minutes', 3);
const FEATURES = 20;
const PER_HOUR = 1_800;
const WINDOW_MINUTES = 5;
const PORT = 18_490;
const BATCH_EVENTS = 1_000;

const service = (i: number) => `service ${i}`;

/** Events of all streams in an interval, in batches. Future events are sent before, so that ingest is not measured. */
function bodies(startMs: number, endMs: number): string[] {
  const all: string[] = [];
  let batch: string[] = [];
  for (let i = 0; i < MONITORS; i++) {
    const rules = { kind: 'iid', seed: `${i} ${startMs}`, features: FEATURES, perHour: PER_HOUR, drifts: [] } as const;
    for (const event of new Traffic(rules).next({ startMs, endMs })) {
      batch.push(JSON.stringify({ ...event, service: service(i) }));
      if (batch.length === BATCH_EVENTS) {
        all.push(`[${batch.join(',')}]`);
        batch = [];
      }
    }
  }
  return batch.length > 0 ? [...all, `[${batch.join(',')}]`] : all;
}

async function post(url: string, path: string, body: object): Promise<unknown> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

async function prepare({ url }: BenchService, nowMs: number): Promise<void> {
  const minute = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;
  await sendAll(url, bodies(minute - 20 * MINUTE_MS, minute - 10 * MINUTE_MS), 4);
  const baseline = { endpoint: 'POST /score', start: iso(minute - 20 * MINUTE_MS), end: iso(minute - 10 * MINUTE_MS) };
  for (let i = 0; i < MONITORS; i++) await post(url, '/v1/baselines', { service: service(i), ...baseline });
  for (let at = minute - WINDOW_MINUTES * MINUTE_MS; at < minute + (MINUTES + 4) * MINUTE_MS; at += MINUTE_MS) {
    await sendAll(url, bodies(at, at + MINUTE_MS), 4);
  }
  const monitors = Array.from({ length: MONITORS }, (_, i) => ({
    name: `monitor ${i}`,
    stream: { service: service(i), endpoint: 'POST /score' },
    window: `${WINDOW_MINUTES}m`,
    every: '1m',
    delay: '1s',
  }));
  await post(url, '/v1/monitors/apply', { monitors });
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

interface Lateness {
  readonly n: number;
  readonly done: number;
  readonly slots: number;
  readonly p50: number;
  readonly most: number;
}

const LATENESS = `select count(*)::int as n, count(*) filter (where status = 'done')::int as done, count(distinct slot)::int as slots,
  percentile_cont(.5) within group (order by extract(epoch from finished_at - slot))::float8 as p50,
  max(extract(epoch from finished_at - slot))::float8 as most
  from monitor_runs where slot > $from and slot <= $to`;

const database = await createDatabase();
if (database === undefined) throw new Error('bench:monitors needs a Postgres server: set DATABASE_URL');
const env = { MAX_FUTURE_SECONDS: '7200', DEFAULT_MONITOR: 'off', MAX_BODY_BYTES: '67108864', LOG_LEVEL: 'warn' };
const running = await startService({ port: PORT, databaseUrl: database.url, env });
try {
  console.log(
    `${MONITORS} monitors of ${FEATURES} features every minute, windows of ${WINDOW_MINUTES} minutes, Postgres`,
  );
  await prepare(running, Date.now());
  // From the middle of a minute to the middle of another minute, so that all runs of each minute are counted.
  await delay(MINUTE_MS - (Date.now() % MINUTE_MS) + MINUTE_MS / 2);
  const fromMs = Date.now();
  const cpuFrom = running.cpuSeconds();
  await delay(MINUTES * MINUTE_MS);
  const cpu = (running.cpuSeconds() - cpuFrom) / (MINUTES * 60);
  const sql = LATENESS.replace('$from', `'${iso(fromMs)}'`).replace('$to', `'${iso(fromMs + MINUTES * MINUTE_MS)}'`);
  const [late] = await database.query<Lateness>(sql);
  printTable([
    ['', 'required', 'measured'],
    ['runs completed', String(MONITORS * MINUTES), `${late?.done} of ${late?.n}`],
    ['from the end of the window to the commit, median', '', `${late?.p50.toFixed(2)} s`],
    ['slowest (includes the delay of 1 s of each monitor)', '≤ 10 s', `${late?.most.toFixed(2)} s`],
    ['share of one core, all threads', '≤ 50 %', `${(cpu * 100).toFixed(1)} %`],
    ['peak memory', '', `${running.peakMemoryMb().toFixed(0)} MB`],
  ]);
} finally {
  await running.stop();
  await database.drop();
}
