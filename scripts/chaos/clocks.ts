import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../src/core/time/window.ts';
import type { Database } from '../../src/store/database.ts';
import { printTable } from '../bench/figures.ts';
import type { BenchDatabase } from '../bench/postgres.ts';

const FAKETIME = ['x86_64', 'aarch64'].map((machine) => `/usr/lib/${machine}-linux-gnu/faketime/libfaketime.so.1`);
const SKEWS_MS = [HOUR_MS, -HOUR_MS];
const MONITORS_PER_REPLICA = 10;
const MONITORS = SKEWS_MS.length * MONITORS_PER_REPLICA;
const MINUTES = 3;

/** Two replicas whose clocks are an hour ahead of the database's and an hour behind. Each makes monitors, and both run all of them, in real time. */
export async function chaosClocks(_db: Database, database: BenchDatabase): Promise<boolean> {
  const library = FAKETIME.find((path) => existsSync(path));
  if (library === undefined) {
    console.log('  clocks: left out; it needs libfaketime (apt-get install libfaketime)');
    return true;
  }
  const replicas = SKEWS_MS.map((skewMs) => spawnSkewed(database, library, skewMs));
  const skews = await Promise.all(replicas.map(readSkew));
  await delay((MINUTES + 1) * MINUTE_MS);
  for (const replica of replicas) {
    replica.kill('SIGKILL');
    await once(replica, 'exit');
  }
  return report(database, skews);
}

function spawnSkewed(database: BenchDatabase, library: string, skewMs: number): ChildProcess {
  const monitors = Array.from({ length: MONITORS_PER_REPLICA }, (_, i) => {
    const stream = { service: `clock ${skewMs}`, endpoint: `GET /${i}` };
    return { name: `${stream.service} ${i}`, stream, window: '10m', every: '1m', delay: '1s', catchup: 'all' };
  });
  return spawn(process.execPath, ['--import', 'tsx', 'scripts/chaos/skewed-replica.ts'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      DATABASE_URL: database.url,
      CHAOS_MONITORS: JSON.stringify(monitors),
      LD_PRELOAD: library,
      FAKETIME: `${skewMs < 0 ? '' : '+'}${skewMs / SECOND_MS}`,
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
  });
}

/** How wrong the clock of a replica really is, in minutes. Resolves once it has made its monitors. */
async function readSkew(replica: ChildProcess): Promise<number> {
  if (replica.stdout === null) throw new Error('a replica has no output');
  const [line] = await once(replica.stdout.setEncoding('utf8'), 'data');
  return Math.round((Number(line) - Date.now()) / MINUTE_MS);
}

interface Slots {
  readonly monitors: number;
  readonly fewest: number;
  readonly doubled: number;
  readonly missed: number;
  readonly ahead: number;
}

async function report(database: BenchDatabase, skews: readonly number[]): Promise<boolean> {
  const [slots] = await database.query<Slots>(`select count(*)::int as monitors, min(n)::int as fewest,
      sum(n - slots)::int as doubled, sum(span - slots)::int as missed, sum(ahead)::int as ahead
    from (select count(*) as n, count(distinct slot) as slots,
        round(extract(epoch from max(slot) - min(slot)) / 60) + 1 as span,
        count(*) filter (where slot > started_at or slot > now()) as ahead
      from monitor_runs group by monitor_id) m`);
  printTable([
    [`${SKEWS_MS.length} replicas × ${MONITORS_PER_REPLICA} monitors × ${MINUTES} minutes`, 'required', 'measured'],
    ['their clocks are wrong by, in minutes', SKEWS_MS.map((ms) => ms / MINUTE_MS).join(', '), skews.join(', ')],
    ['monitors that ran', String(MONITORS), String(slots?.monitors)],
    ['runs of each, at least', String(MINUTES), String(slots?.fewest)],
    ['runs done twice', '0', String(slots?.doubled)],
    ['runs left out', '0', String(slots?.missed)],
    ['runs before their time', '0', String(slots?.ahead)],
  ]);
  if (slots === undefined) return false;
  const { monitors, fewest, doubled, missed, ahead } = slots;
  return monitors === MONITORS && fewest >= MINUTES && doubled === 0 && missed === 0 && ahead === 0;
}
