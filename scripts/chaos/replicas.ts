import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { drawNormal } from '../../src/core/stats/draw-normal.ts';
import { seededRng } from '../../src/core/stats/rng.ts';
import { DrivenClock } from '../../src/core/time/clock.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../src/core/time/window.ts';
import { buildBaseline } from '../../src/services/baselines/build-baseline.ts';
import { Ingest, SILENT_INGEST_METRICS } from '../../src/services/ingest/ingest.ts';
import { applyMonitors } from '../../src/services/monitors/apply-monitors.ts';
import type { Database } from '../../src/store/database.ts';
import { printTable } from '../bench/figures.ts';
import type { BenchDatabase } from '../bench/postgres.ts';
import { CONFIG, openMonitoring } from './parts.ts';
import { receive } from './receiver.ts';

const START = Date.UTC(2026, 5, 1, 12);
const MONITORS = 50;
const RUNS_PER_MONITOR = 120;
const KILL_EVERY = 10;
const REPLICAS = 3;
const SPEED = 60;
/** In simulated time; two real seconds. */
const LEASE_MS = 120 * SECOND_MS;
const PER_MINUTE = 20;
const DRIFT = { fromMs: START + 30 * MINUTE_MS, toMs: START + 60 * MINUTE_MS };

const stream = (i: number) => ({ service: `shop ${i}`, endpoint: 'POST /pay' });

/** Three replicas share the runs of 50 monitors for two hours, at 60 times the speed. One is killed with -9 every ten minutes. */
export async function chaosReplicas(db: Database, database: BenchDatabase): Promise<boolean> {
  await prepare(db);
  const received: { id: string; incident: number; type: string }[] = [];
  const hook = await receive((body, response) => {
    const { data, type } = JSON.parse(body) as { data: { id: string; incident: { id: number } }; type: string };
    received.push({ id: data.id, incident: data.incident.id, type });
    response.end('ok');
  });
  const base = Date.now();
  const start = (): ChildProcess => spawnReplica({ database, base, hook: hook.url });
  const replicas = Array.from({ length: REPLICAS }, start);
  let kills = 0;
  for (let minute = KILL_EVERY; minute <= RUNS_PER_MONITOR; minute += KILL_EVERY) {
    await delay(Math.max(0, base + (minute * MINUTE_MS) / SPEED - Date.now()));
    const victim = kills++ % REPLICAS;
    replicas[victim]?.kill('SIGKILL');
    replicas[victim] = start();
  }
  await delay(15 * SECOND_MS);
  for (const replica of replicas) {
    replica.kill('SIGKILL');
    await once(replica, 'exit');
  }
  await hook.close();
  return report(database, received, kills);
}

interface SpawnOptions {
  readonly database: BenchDatabase;
  readonly base: number;
  readonly hook: string;
}

function spawnReplica({ database, base, hook }: SpawnOptions): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', 'scripts/chaos/replica.ts'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      DATABASE_URL: database.url,
      CHAOS_START: String(START),
      CHAOS_BASE: String(base),
      CHAOS_SPEED: String(SPEED),
      CHAOS_HOOK: hook,
      CHAOS_LEASE: String(LEASE_MS),
    },
  });
}

async function prepare(db: Database): Promise<void> {
  const clock = new DrivenClock(START + (RUNS_PER_MONITOR + 5) * MINUTE_MS);
  const ingest = new Ingest({ db, config: CONFIG, clock, metrics: SILENT_INGEST_METRICS });
  for (let i = 0; i < MONITORS; i++) {
    const events = payments(i, START - HOUR_MS, START + (RUNS_PER_MONITOR + 2) * MINUTE_MS);
    const text = JSON.stringify(events);
    await ingest.submit({ text, format: 'json', isStrict: true, idempotencyKey: undefined });
  }
  clock.ms = START;
  const { context } = openMonitoring(db, clock, [], LEASE_MS);
  const interval = { startMs: START - HOUR_MS, endMs: START };
  for (let i = 0; i < MONITORS; i++) await buildBaseline(context, { ...stream(i), interval });
  const monitors = Array.from({ length: MONITORS }, (_, i) => ({
    name: `monitor ${i}`,
    stream: stream(i),
    window: '10m',
    every: '1m',
    delay: '1s',
    catchup: 'all',
    // The traffic ends before the replicas do.
    repeat_interval: '24h',
    severity: { no_data: 'off' },
  }));
  await applyMonitors(context, { monitors, prune: false, dryRun: false });
}

function payments(i: number, fromMs: number, toMs: number): object[] {
  const rng = seededRng(i);
  const n = ((toMs - fromMs) / MINUTE_MS) * PER_MINUTE;
  return Array.from({ length: n }, (_, k) => {
    const ts = Math.floor(fromMs + ((toMs - fromMs) * k) / n);
    const mean = ts >= DRIFT.fromMs && ts < DRIFT.toMs ? 300 : 100;
    return { ...stream(i), ts, request: { amount: mean + 20 * drawNormal(rng) }, response: { status: 200 } };
  });
}

interface Counts {
  readonly runs: number;
  readonly slots: number;
  readonly done: number;
  readonly monitors: number;
}

async function report(
  database: BenchDatabase,
  received: readonly { id: string; incident: number; type: string }[],
  kills: number,
): Promise<boolean> {
  const until = new Date(START + RUNS_PER_MONITOR * MINUTE_MS).toISOString();
  const [runs] =
    await database.query<Counts>(`select count(*)::int as runs, count(distinct (monitor_id, slot))::int as slots,
    count(*) filter (where status = 'done')::int as done, count(distinct monitor_id)::int as monitors
    from monitor_runs where slot <= '${until}'`);
  // On a machine that is too slow the last slots still wait; a slot before one that is done is lost.
  const [lost] = await database.query<{ n: number }>(`select coalesce(sum(last - runs + 1), 0)::int as n
    from (select count(*) as runs, round(extract(epoch from max(slot) - min(slot)) / 60) as last
      from monitor_runs where slot <= '${until}' group by monitor_id) m`);
  const [twice] = await database.query<{ n: number }>('select count(*)::int as n from reports where revision > 1');
  const [incidents] = await database.query<{ n: number; most: number }>(
    'select sum(n)::int as n, max(n)::int as most from (select count(*) as n from incidents group by monitor_id) i',
  );
  const byChange = groupByChange(received);
  const most = Math.max(...[...byChange.values()].map((list) => list.length));
  const repeats = received.length - new Set(received.map(({ id }) => id)).size;
  const required = MONITORS * RUNS_PER_MONITOR;
  printTable([
    [
      `${REPLICAS} replicas × ${MONITORS} monitors × ${RUNS_PER_MONITOR} runs, ${kills} × kill -9`,
      'required',
      'measured',
    ],
    ['runs completed', String(required), `${runs?.done} of ${runs?.slots}`],
    ['rows: one for each run', String(required), String(runs?.runs)],
    ['slots left out before one that is done', '0', String(lost?.n)],
    ['reports written twice', '0', String(twice?.n)],
    ['incidents per monitor, maximum', '1', `${incidents?.most} (${incidents?.n} in total)`],
    ['notified changes (opened and resolved)', String(2 * MONITORS), String(byChange.size)],
    ['messages per change, maximum', `1, at most ${1 + kills}`, String(most)],
    ['repeated messages, with the same id', '', String(repeats)],
  ]);
  const isExact = runs?.done === required && runs.runs === required && lost?.n === 0 && twice?.n === 0;
  return isExact && incidents?.most === 1 && byChange.size === 2 * MONITORS && most <= 1 + kills;
}

function groupByChange(received: readonly { id: string; incident: number; type: string }[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const { id, incident, type } of received)
    groups.set(`${incident} ${type}`, [...(groups.get(`${incident} ${type}`) ?? []), id]);
  return groups;
}
