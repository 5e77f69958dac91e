import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startApp } from '../../src/app.ts';
import { readConfig } from '../../src/config/config.ts';
import { systemClock } from '../../src/core/time/clock.ts';
import { SECOND_MS } from '../../src/core/time/window.ts';
import { Wire } from '../../test/app/wire.ts';
import { printTable } from '../bench/figures.ts';
import { Load } from './load.ts';
import { startPostgres } from './own-postgres.ts';

const QUIET_MS = 3 * SECOND_MS;
const FAULT_MS = 20 * SECOND_MS;
const LONGEST_ANSWER_MS = 10 * SECOND_MS;
const LONGEST_RECOVERY_MS = 3 * SECOND_MS;

interface Fault {
  readonly name: string;
  /** None: the embedded engine, in `directory`. */
  readonly databaseUrl?: URL;
  readonly directory?: string;
  /** New connections pass: the service recovers before the fault ends. */
  readonly recoversWithin?: boolean;
  begin(): Promise<void> | void;
  end(): Promise<void> | void;
}

/** A proxy freezes the connections that are open, and lets new ones pass. */
export async function chaosHalfOpen(): Promise<boolean> {
  const server = await startPostgres();
  const wire = new Wire(server.url);
  const databaseUrl = new URL(server.url);
  databaseUrl.host = `127.0.0.1:${await wire.restore()}`;
  const begin = () => wire.freeze('open');
  const fault = { name: 'half-open connections', databaseUrl, recoversWithin: true, begin, end: () => wire.thaw() };
  const isPassed = await strike(fault);
  await wire.cut();
  await server.stop();
  return isPassed;
}

/** Every process of the server gets SIGSTOP. */
export async function chaosStopped(): Promise<boolean> {
  const server = await startPostgres();
  const begin = () => server.signal('SIGSTOP');
  const end = () => server.signal('SIGCONT');
  const isPassed = await strike({ name: 'Postgres stopped by SIGSTOP', databaseUrl: server.url, begin, end });
  await server.stop();
  return isPassed;
}

/** The server becomes read-only, as a primary does that was demoted. */
export async function chaosReadOnly(): Promise<boolean> {
  const server = await startPostgres();
  const set = async (value: 'on' | 'off') => {
    await server.query(`alter system set default_transaction_read_only = ${value}`);
    await server.query('select pg_reload_conf()');
  };
  const [begin, end] = [() => set('on'), () => set('off')];
  const isPassed = await strike({ name: 'Postgres is read-only', databaseUrl: server.url, begin, end });
  await server.stop();
  return isPassed;
}

/** The disk of the data directory has no byte left. */
export async function chaosFullDisk(): Promise<boolean> {
  const disk = mountDisk();
  if (disk === undefined) return true;
  const server = await startPostgres(disk.directory);
  const { begin, end } = disk;
  const isPassed = await strike({ name: 'Postgres on a full disk', databaseUrl: server.url, begin, end });
  await server.stop();
  disk.unmount();
  return isPassed;
}

/** The same for the embedded engine, whose write-ahead log is on the same disk. */
export async function chaosFullDiskEmbedded(): Promise<boolean> {
  const disk = mountDisk();
  if (disk === undefined) return true;
  const { directory, begin, end } = disk;
  const isPassed = await strike({ name: 'the embedded engine on a full disk', directory, begin, end });
  disk.unmount();
  return isPassed;
}

/** A disk of 256 MB, in memory; undefined where one may not be mounted. */
function mountDisk() {
  const directory = mkdtempSync(join(tmpdir(), 'plumbline-chaos-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256m', 'tmpfs', directory], { stdio: 'ignore' });
  } catch {
    console.log('  full disk: left out, because it needs the right to mount a small disk');
    return undefined;
  }
  const filler = join(directory, 'filler');
  const fill = `cat /dev/zero > '${filler}' 2> /dev/null || true`;
  return {
    directory,
    begin: () => void execFileSync('sh', ['-c', fill]),
    end: () => rmSync(filler),
    unmount: () => void execFileSync('umount', [directory]),
  };
}

/** Four clients send while a fault begins, lasts twenty seconds, and ends. */
async function strike(fault: Fault): Promise<boolean> {
  const directory = mkdtempSync(join(tmpdir(), 'plumbline-chaos-'));
  const config = readConfig({
    HOST: '127.0.0.1',
    PORT: '0',
    DATABASE_URL: fault.databaseUrl?.href ?? '',
    DATA_DIR: join(fault.directory ?? directory, 'plumbline'),
    BASELINES_DIR: join(directory, 'baselines'),
    ARTIFACTS_DIR: join(directory, 'artifacts'),
    LOG_LEVEL: 'silent',
  });
  const app = await startApp(config, systemClock);
  const load = new Load(app.url);
  await delay(QUIET_MS);
  const beganMs = Date.now();
  await fault.begin();
  const recoveredWithin = fault.recoversWithin === true ? load.firstSuccessAfter(Date.now() + 10) : undefined;
  await delay(FAULT_MS);
  await fault.end();
  const endedMs = Date.now();
  const recoveryMs = (await load.firstSuccessAfter(endedMs)) - endedMs;
  await delay(QUIET_MS);
  const stored = await load.stop();
  await app.stop();
  rmSync(directory, { recursive: true, force: true });
  const statuses = new Set(load.answers.map(({ status }) => status));
  const refusals = load.answers.filter(({ status }) => status !== 200);
  const rude = refusals.filter(({ mayRetry }) => !mayRetry).length;
  const slowestMs = Math.max(...load.answers.map(({ ms }) => ms));
  const outageMs = recoveredWithin === undefined ? undefined : (await recoveredWithin) - beganMs;
  const seconds = (ms: number) => `${(ms / SECOND_MS).toFixed(2)} s`;
  printTable([
    [`${fault.name}, ${FAULT_MS / SECOND_MS} s, ${stored.acknowledged} events`, 'asked', 'measured'],
    ['statuses', '200, 503', [...statuses].sort().join(', ')],
    ['503s without Retry-After', '0', `${rude} of ${refusals.length}`],
    ['slowest answer', `≤ ${LONGEST_ANSWER_MS / SECOND_MS} s`, seconds(slowestMs)],
    ['first 200 after the end of the fault', `≤ ${LONGEST_RECOVERY_MS / SECOND_MS} s`, seconds(recoveryMs)],
    ...(outageMs === undefined ? [] : [['first 200 on new connections', '', seconds(outageMs)]]),
    ['acknowledged events lost', '0', String(stored.lost)],
    ['events stored twice', '0', String(stored.twice)],
    ['events more or less in profiles', '0', String(stored.profiled)],
  ]);
  console.log(`  /readyz: ${[...load.reasons].join(' ')}`);
  const isExact = stored.lost === 0 && stored.twice === 0 && stored.profiled === 0;
  const isPolite = [...statuses].every((status) => status === 200 || status === 503) && rude === 0;
  const isQuick = slowestMs <= LONGEST_ANSWER_MS && recoveryMs <= LONGEST_RECOVERY_MS;
  return isExact && isPolite && isQuick && refusals.length > 0 && load.reasons.size > 0;
}
