import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { batchBodies, paymentTexts } from './bench/events.ts';
import { median, printTable, thousands } from './bench/figures.ts';
import { sendAll } from './bench/load.ts';
import { type BenchDatabase, copyIntoPeer, copyLine, createDatabase, hasPsql } from './bench/postgres.ts';
import { type BenchService, startBareService, startService } from './bench/service.ts';

// Compares ingest over HTTP with `psql \copy` of the same events into one JSONB row each, in the same run. Usage: npm run bench:ingest [-- --rounds 5]

const ROUNDS = Number(process.argv[process.argv.indexOf('--rounds') + 1]) || 5;
const EVENTS = 200_000;
const SINGLES = 20_000;
const MEMORY_EVENTS = 5_000_000;
const MEMORY_CHUNK = 100_000;

const texts = [...paymentTexts(EVENTS, Date.now() - 120_000, 120_000, 1)];
const thousandsBodies = batchBodies(texts, 1000);
const hundredsBodies = batchBodies(texts, 100);
const singleBodies = batchBodies(texts.slice(0, SINGLES), 1);
const meanBytes = texts.reduce((sum, text) => sum + text.length, 0) / texts.length;

interface Case {
  readonly name: string;
  readonly bodies: readonly string[];
  readonly connections: number;
  readonly events: number;
}

const CASES: readonly Case[] = [
  { name: 'batch 1,000, 8 connections', bodies: thousandsBodies, connections: 8, events: EVENTS },
  { name: 'batch 100, 8 connections', bodies: hundredsBodies, connections: 8, events: EVENTS },
  { name: 'single events, 64 connections', bodies: singleBodies, connections: 64, events: SINGLES },
];

async function writeCopyFile(directory: string): Promise<string> {
  const file = join(directory, 'peer.tsv');
  const out = createWriteStream(file);
  for (const text of texts) if (!out.write(copyLine(text))) await once(out, 'drain');
  out.end();
  await finished(out);
  return file;
}

interface Measured {
  readonly services: ReadonlyMap<string, BenchService>;
  readonly bareUrl: string;
  readonly database: BenchDatabase | undefined;
  readonly file: string;
}

/** Events per second for each case: medians of rounds in which Plumbline and psql take turns. */
async function measure({ services, bareUrl, database, file }: Measured) {
  const rates = new Map<string, number[]>();
  const note = (name: string, rate: number): void => void rates.set(name, [...(rates.get(name) ?? []), rate]);
  for (let round = -1; round < ROUNDS; round++) {
    for (const [engine, service] of services) {
      for (const { name, bodies, connections, events } of CASES) {
        const rate = events / (await sendAll(service.url, bodies, connections));
        if (round >= 0) note(`${engine}, ${name}`, rate);
      }
    }
    const bareRate = SINGLES / (await sendAll(bareUrl, singleBodies, 64));
    if (round >= 0) note(BARE, bareRate);
    if (database !== undefined && hasPsql()) {
      const rate = EVENTS / (await copyIntoPeer(database, file));
      if (round >= 0) note(PEER, rate);
    }
  }
  return new Map(
    [...rates].map(([name, values]) => [
      name,
      { median: median(values), min: Math.min(...values), max: Math.max(...values) },
    ]),
  );
}

const PEER = 'psql \\copy, one JSONB row per event';
/** The same client and the same bodies: what HTTP alone leaves to reach. */
const BARE = 'fastify alone, which stores nothing: single events, 64 connections';

async function measureStart(): Promise<void> {
  const first = await startService({ port: 18_474 });
  await first.stop({ keepDirectory: true });
  const again = await startService({ port: 18_474, directory: first.directory });
  await again.stop();
  const seconds = [first, again].map(({ startMs }) => (startMs / 1000).toFixed(1));
  console.log(`embedded, time until it answers: first start ${seconds[0]} s, restart ${seconds[1]} s`);
}

async function measureMemoryAndDisk(database: BenchDatabase): Promise<void> {
  const service = await startService({ port: 18_473, databaseUrl: database.url });
  await database.query('truncate event_batches, profile_parts');
  const started = performance.now();
  for (let sent = 0; sent < MEMORY_EVENTS; sent += MEMORY_CHUNK) {
    const chunk = [...paymentTexts(MEMORY_CHUNK, Date.now() - 60_000, 60_000, sent)];
    await sendAll(service.url, batchBodies(chunk, 1000), 8);
    if (sent + MEMORY_CHUNK === 1_000_000) await printDisk(database);
  }
  const seconds = (performance.now() - started) / 1000;
  console.log(
    `peak memory during ingest of ${thousands(MEMORY_EVENTS)} events: ${service.peakMemoryMb().toFixed(0)} MB (${seconds.toFixed(0)} s, including the time to generate the events)`,
  );
  await service.stop();
}

async function printDisk(database: BenchDatabase): Promise<void> {
  // The last profiles are folded within seconds; vacuum frees the space of the removed rows.
  await new Promise((resolve) => setTimeout(resolve, 25_000));
  await database.query('vacuum full profile_parts');
  const [size] = await database.query<{ events: number; profiles: number }>(`
    select (select sum(pg_total_relation_size(inhrelid)) from pg_inherits where inhparent = 'event_batches'::regclass)::float8 / 1e6 as events,
      pg_total_relation_size('profile_parts')::float8 / 1e6 as profiles`);
  console.log(
    `disk of 1,000,000 events: ${size?.events.toFixed(1)} MB of events + ${size?.profiles.toFixed(1)} MB of profiles`,
  );
}

const directory = await mkdtemp(join(tmpdir(), 'plumbline-bench-'));
const file = await writeCopyFile(directory);
const database = await createDatabase();
if (database === undefined) console.log('no Postgres server found: only the embedded engine is measured, without psql');
const services = new Map<string, BenchService>();
if (database !== undefined) services.set('Postgres', await startService({ port: 18_471, databaseUrl: database.url }));
services.set('embedded', await startService({ port: 18_472 }));
console.log(
  `${thousands(EVENTS)} events of ${meanBytes.toFixed(0)} bytes, 5 features; medians of ${ROUNDS} rounds after one warm-up round`,
);
const bare = await startBareService(18_475);
const rates = await measure({ services, bareUrl: bare.url, database, file });
await bare.stop();
const peer = rates.get(PEER)?.median;
const base = (name: string): number => {
  const engine = name === BARE ? [...services.keys()][0] : name.split(',')[0];
  return rates.get(`${engine}, ${CASES[0]?.name}`)?.median ?? Number.NaN;
};
printTable([
  ['', 'events/s', 'min', 'max', '÷ \\copy', '÷ batch 1,000'],
  ...[...rates].map(([name, { median: rate, min, max }]) => [
    name,
    thousands(rate),
    thousands(min),
    thousands(max),
    peer === undefined ? '-' : (rate / peer).toFixed(2),
    name === PEER ? '-' : (rate / base(name)).toFixed(2),
  ]),
]);
await measureStart();
for (const service of services.values()) await service.stop();
if (database !== undefined) {
  await measureMemoryAndDisk(database);
  await database.drop();
}
await rm(directory, { recursive: true, force: true });
