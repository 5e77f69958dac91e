/**
 * Fuzzes the parsers, and every route of /openapi.json on the embedded engine, and on Postgres where DATABASE_URL is set.
 *
 *   npm run fuzz -- [--seconds 60] [--requests 500000] [--seed 1]
 *
 * The seconds or the requests, whichever come first, are shared by the engines; the parsers take a quarter of that time
 * beside. Ends with 1 after any fault; each is printed with its seed and the request as a command of curl.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { option } from './bench/option.ts';
import { createDatabase } from './bench/postgres.ts';
import { type FuzzPlan, type FuzzResult, fuzzService } from './fuzz/fuzz-service.ts';

const PORT = option('port', 18_451);
const HANG_SECONDS = 60;
const ENGINES = ['embedded', 'postgres'] as const;

function fuzzParsers(seconds: number, seed: number): boolean {
  const progress = join(tmpdir(), `plumbline-fuzz-${process.pid}.txt`);
  const { status } = spawnSync(
    process.execPath,
    ['--import', 'tsx', 'scripts/fuzz/parsers.ts', `${seconds}`, `${seed}`, progress],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
      timeout: (seconds + HANG_SECONDS) * 1_000,
      killSignal: 'SIGKILL',
    },
  );
  if (status === null) console.log(`FAILED  a parser hangs: ${readFileSync(progress, 'utf8')}`);
  rmSync(progress, { force: true });
  return status === 0;
}

function printResult({ engine, requests, seconds, statuses, valid, faults, slowest, peakMemoryMb }: FuzzResult): void {
  const counted = [...statuses].sort(([a], [b]) => a - b).map(([status, count]) => `${count} × ${status}`);
  console.log(`${engine}: ${requests} requests in ${Math.round(seconds)} s; ${counted.join(', ')}`);
  console.log(
    `  500: ${statuses.get(500) ?? 0}; slowest ${Math.round(slowest.ms)} ms (${slowest.operation}, request ${slowest.number}); peak memory ${Math.round(peakMemoryMb)} MB`,
  );
  console.log(`  valid by the document: ${valid.sent}, of them refused with 400: ${valid.refused}`);
  console.log(`  faults: ${faults.size === 0 ? 'none' : ''}`);
  for (const [fault, count] of faults) console.log(`    ${count} × ${fault}`);
}

const seed = option('seed', Math.floor(Date.now() / 1_000));
const requests = option('requests', Number.POSITIVE_INFINITY);
const seconds = option('seconds', requests === Number.POSITIVE_INFINITY ? 60 : 24 * 3_600);
console.log(`seed ${seed}`);

const database = process.env.DATABASE_URL ? await createDatabase() : undefined;
const engines = ENGINES.filter((engine) => engine === 'embedded' || database !== undefined);
const share = { seed, seconds: seconds / engines.length, requests: requests / engines.length };
let isFine = fuzzParsers(Math.min(seconds, 240) / 4, seed);
for (const engine of engines) {
  const plan: FuzzPlan = {
    ...share,
    engine,
    port: PORT,
    databaseUrl: engine === 'postgres' ? database?.url : undefined,
  };
  const result = await fuzzService(plan);
  printResult(result);
  if (result.faults.size > 0) isFine = false;
}
await database?.drop();
console.log(isFine ? 'fuzz: no fault' : 'fuzz: FAULTS, see above');
process.exitCode = isFine ? 0 : 1;
