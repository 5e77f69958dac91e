import { execFileSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { batchBodies, paymentTexts } from './bench/events.ts';
import { printTable, thousands } from './bench/figures.ts';
import { sendAll } from './bench/load.ts';
import { type BenchDatabase, createDatabase } from './bench/postgres.ts';
import { type BenchService, startService } from './bench/service.ts';

// What an event and a profile take on disk. Needs Postgres, because it asks the database. Usage: npm run bench:disk

const DAY_MS = 86_400_000;
const DAY_S = 86_400;
const MINUTE_MS = 60_000;
/** Two whole hours of yesterday, so that their minutes, hours and the day are closed, and fold. */
const START_MS = Math.floor(Date.now() / DAY_MS) * DAY_MS - DAY_MS / 2;
const MINUTES = 120;

/** Events of one stream: 200,000 for what an event takes, by the size of batches. */
const BATCHES = [1_000, 100, 10, 1];
const EVENTS: Readonly<Record<number, number>> = { 1000: 200_000, 100: 200_000, 10: 50_000, 1: 2_000 };
const RATES = [1, 10, 100, 1_000, 10_000];

function textsOf(service: string, count: number, withIds = false): string[] {
  const texts = [...paymentTexts(count, START_MS, MINUTES * MINUTE_MS, 1)];
  return texts.map((text) => {
    const named = text.replace('payments_api', service);
    return withIds ? named.replace('{', `{"id":"${crypto.randomUUID()}",`) : named;
  });
}

async function sizeOf(database: BenchDatabase, table: string): Promise<number> {
  const [row] = await database.query<{ bytes: string }>(
    `select sum(pg_total_relation_size(inhrelid)) as bytes from pg_inherits where inhparent = '${table}'::regclass`,
  );
  return Number(row?.bytes ?? 0);
}

async function measureEvents(service: BenchService, database: BenchDatabase): Promise<string[][]> {
  const rows: string[][] = [];
  for (const size of BATCHES) {
    const count = EVENTS[size] ?? 0;
    const texts = textsOf(`batch_${size}`, count);
    const sent = texts.reduce((sum, text) => sum + text.length, 0) / count;
    const before = await sizeOf(database, 'event_batches');
    await sendAll(service.url, batchBodies(texts, size), 1);
    const bytes = ((await sizeOf(database, 'event_batches')) - before) / count;
    rows.push([`event, in batches of ${thousands(size)}`, thousands(sent), bytes.toFixed(0)]);
  }
  const texts = textsOf('with_ids', 100_000, true);
  const before = await sizeOf(database, 'event_ids');
  await sendAll(service.url, batchBodies(texts, 1_000), 1);
  rows.push([
    'its `id`, a UUID, beside that',
    '',
    (((await sizeOf(database, 'event_ids')) - before) / texts.length).toFixed(0),
  ]);
  return rows;
}

interface Stored {
  readonly service: string;
  readonly span: number;
  readonly bytes: string;
  readonly folded: boolean;
}

/** Waits until each stream is folded up to the day. */
async function measureProfiles(service: BenchService, database: BenchDatabase): Promise<string[][]> {
  for (const rate of RATES) {
    const bodies = batchBodies(textsOf(`rate_${rate}`, rate * MINUTES), 1_000);
    await sendAll(service.url, bodies, 1);
  }
  for (;;) {
    const stored = await database.query<Stored>(`
      select s.service, p.span, sum(octet_length(p.profile)) / count(distinct p.bucket) as bytes, bool_and(p.folded) as folded
      from profile_parts p join streams s on s.id = p.stream_id
      where s.service like 'rate_%' group by s.service, p.span`);
    const isComplete =
      stored.length === 3 * RATES.length && stored.every(({ span, folded }) => folded || span === DAY_S);
    if (isComplete) {
      return RATES.map((rate) => [
        `${thousands(rate)} events a minute`,
        ...[60, 3_600, DAY_S].map((span) => {
          const row = stored.find((one) => one.service === `rate_${rate}` && one.span === span);
          return thousands(Number(row?.bytes ?? Number.NaN));
        }),
      ]);
    }
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}

async function measureEmbedded(): Promise<string> {
  const service = await startService({ port: 8_977, databaseUrl: '' });
  const size = () =>
    Number(execFileSync('du', ['-sk', service.directory], { encoding: 'utf8' }).split('\t')[0]) * 1_024;
  const empty = size();
  await sendAll(service.url, batchBodies(textsOf('embedded', 200_000), 1_000), 1);
  const after = size();
  await service.stop({ keepDirectory: true });
  await rm(service.directory, { recursive: true });
  return `embedded: ${(empty / 1e6).toFixed(0)} MB empty, ${((after - empty) / 200_000).toFixed(0)} bytes an event with its profiles and write-ahead log`;
}

const database = await createDatabase();
if (database === undefined) throw new Error('no Postgres answers at DATABASE_URL');
const service = await startService({ port: 8_976, databaseUrl: database.url });
try {
  console.log('\nevents on disk, with indexes');
  printTable([['', 'bytes sent', 'bytes stored'], ...(await measureEvents(service, database))]);
  console.log('\none profile of five features (two numeric, three categorical), in bytes');
  printTable([['', 'minute', 'hour', 'day'], ...(await measureProfiles(service, database))]);
  console.log(`\n${await measureEmbedded()}`);
} finally {
  await service.stop();
  await database.drop();
}
