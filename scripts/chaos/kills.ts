import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { seededRng } from '../../src/core/stats/rng.ts';
import { MINUTE_MS, SECOND_MS } from '../../src/core/time/window.ts';
import type { Database } from '../../src/store/database.ts';
import { printTable, thousands } from '../bench/figures.ts';
import type { BenchDatabase } from '../bench/postgres.ts';
import { startService } from '../bench/service.ts';
import { CLIENTS, Load } from './load.ts';
import { findPort } from './own-postgres.ts';

const KILLS = 100;
/** On a machine that is too slow for all of them, the others are left out, and the table says so. */
const LONGEST_MS = 20 * MINUTE_MS;
const LONGEST_LIFE_MS = SECOND_MS / 2;

/** Kills the service 100 times with -9 while clients send batches with keys. */
export async function chaosKills(_db: Database, database: BenchDatabase): Promise<boolean> {
  return killAll('Postgres', database.url);
}

export async function chaosKillsEmbedded(): Promise<boolean> {
  return killAll('the embedded engine', '');
}

async function killAll(name: string, databaseUrl: string): Promise<boolean> {
  const directory = await mkdtemp(join(tmpdir(), 'plumbline-chaos-'));
  const options = { port: await findPort(), databaseUrl, directory, env: { LOG_LEVEL: 'silent' } };
  const rng = seededRng(`kills ${name}`);
  let service = await startService(options);
  const load = new Load(service.url);
  const beganMs = Date.now();
  let kills = 0;
  while (kills < KILLS && Date.now() - beganMs < LONGEST_MS) {
    // Each life stores something; then it ends anywhere between a request and its answer.
    await load.firstSuccessAfter(Date.now());
    await delay(rng.next() * LONGEST_LIFE_MS);
    await service.kill();
    kills++;
    service = await startService(options);
  }
  const stored = await load.stop();
  await service.stop();
  await rm(directory, { recursive: true, force: true });
  const repeated = load.answers.filter(({ status }) => status !== 200).length;
  const rude = load.answers.filter(({ status }) => status !== 200 && status !== 503 && status !== 0).length;
  printTable([
    [`kill -9, ${name}, ${CLIENTS} clients, ${thousands(stored.acknowledged)} events`, 'asked', 'measured'],
    ['kills', String(KILLS), String(kills)],
    ['requests sent again', '', String(repeated)],
    ['answers other than 200 and 503', '0', String(rude)],
    ['acknowledged events lost', '0', String(stored.lost)],
    ['events stored twice', '0', String(stored.twice)],
    ['batches stored in part', '0', String(stored.partial)],
    ['events more or less in profiles', '0', String(stored.profiled)],
  ]);
  const isExact = stored.lost === 0 && stored.twice === 0 && stored.partial === 0 && stored.profiled === 0;
  return isExact && kills === KILLS && repeated > 0 && rude === 0;
}
