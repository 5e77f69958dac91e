import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { batchBodies, paymentTexts } from './bench/events.ts';
import { median, printTable, thousands } from './bench/figures.ts';
import { sendAll } from './bench/load.ts';
import { option } from './bench/option.ts';
import { type BenchDatabase, copyIntoPeer, copyLine, createDatabase } from './bench/postgres.ts';
import { type BenchService, startService } from './bench/service.ts';

// Measures a report over 1,000,000 events in 30 minutes and over 10,000,000 in 7 days, next to rows in Postgres and SciPy.
// Usage: npm run bench:report [-- --events 1000000 --week 10000000]

const CHUNK = 100_000;
const CALLS = 50;
const PEER_RUNS = 5;
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const ENDPOINT = 'POST /v2/payments';

interface Load {
  readonly service: string;
  readonly events: number;
  readonly startMs: number;
  readonly spanMs: number;
  readonly seed: number;
}

/** Sends the events in chunks, and calls `see` with the texts of each chunk. */
async function ingest(url: string, load: Load, see: (texts: readonly string[]) => void = () => {}): Promise<void> {
  for (let sent = 0; sent < load.events; sent += CHUNK) {
    const count = Math.min(CHUNK, load.events - sent);
    const startMs = load.startMs + (load.spanMs * sent) / load.events;
    const made = [...paymentTexts(count, startMs, (load.spanMs * count) / load.events, load.seed + sent)];
    const texts = made.map((text) => text.replace('"payments_api"', `"${load.service}"`));
    see(texts);
    await sendAll(url, batchBodies(texts, 1000), 8);
  }
}

/** Waits until all closed minutes and hours are folded, as they usually are when a report is made. */
async function waitForFolding(database: BenchDatabase): Promise<void> {
  for (let tries = 0; tries < 120; tries++) {
    const [row] = await database.query<{ waiting: number }>(`select
      (select count(*) from (select 1 from profile_parts where span = 60 and not folded and bucket < now() - interval '2 minutes'
        group by stream_id, bucket having count(*) > 1) crowded)::int
      + (select count(*) from profile_parts where not folded and span = 60 and bucket < date_trunc('hour', now() - interval '2 minutes'))::int as waiting`);
    if (row?.waiting === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  throw new Error('the profiles were not folded within two minutes');
}

async function buildBaseline(url: string, service: string, startMs: number, endMs: number): Promise<void> {
  const [start, end] = [startMs, endMs].map((ms) => new Date(ms).toISOString());
  const answer = await fetch(`${url}/v1/baselines`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ service, endpoint: ENDPOINT, start, end }),
  });
  if (answer.status !== 201) throw new Error(await answer.text());
}

interface Report {
  readonly samples: number;
  readonly window_start: string;
  readonly window_end: string;
  readonly checks: Record<string, { d?: number; resolution?: number }>;
}

async function fetchReport(url: string, service: string, minutes: number): Promise<{ ms: number; report: Report }> {
  const query = `service=${service}&endpoint=${encodeURIComponent(ENDPOINT)}&window_minutes=${minutes}`;
  const started = performance.now();
  const answer = await fetch(`${url}/reports/latest?${query}`);
  const report = (await answer.json()) as Report;
  if (answer.status !== 200) throw new Error(JSON.stringify(report));
  return { ms: performance.now() - started, report };
}

interface Figures {
  readonly first: number;
  readonly unchanged: number;
  readonly afterEvent: number;
  readonly slowest: number;
  readonly report: Report;
}

/** Times of the first call, of calls without new events, and of calls after a new event, which no cache can answer. */
async function measure(url: string, service: string, minutes: number): Promise<Figures> {
  const { ms: first, report } = await fetchReport(url, service, minutes);
  const unchanged: number[] = [];
  const afterEvent: number[] = [];
  for (let i = 0; i < CALLS; i++) unchanged.push((await fetchReport(url, service, minutes)).ms);
  for (let i = 0; i < CALLS; i++) {
    await ingest(url, { service, events: 1, startMs: Date.now(), spanMs: 1, seed: i });
    afterEvent.push((await fetchReport(url, service, minutes)).ms);
  }
  return {
    first,
    unchanged: median(unchanged),
    afterEvent: median(afterEvent),
    slowest: Math.max(...unchanged, ...afterEvent),
    report,
  };
}

function rowOf(name: string, { first, unchanged, afterEvent, slowest, report }: Figures): string[] {
  const ms = (value: number): string => `${value.toFixed(1)} ms`;
  return [name, thousands(report.samples), ms(first), ms(unchanged), ms(afterEvent), ms(slowest)];
}

/** The largest distance between two empirical distribution functions. */
function exactDistance(a: Float64Array, b: Float64Array): number {
  const [x, y] = [a.toSorted(), b.toSorted()];
  let [i, j, largest] = [0, 0, 0];
  while (i < x.length && j < y.length) {
    const at = Math.min(x[i] as number, y[j] as number);
    while (i < x.length && (x[i] as number) <= at) i++;
    while (j < y.length && (y[j] as number) <= at) j++;
    largest = Math.max(largest, Math.abs(i / x.length - j / y.length));
  }
  return largest;
}

const amountOf = (text: string): number => Number(/"amount":([\d.]+)/.exec(text)?.[1]);

async function measurePeer(
  database: BenchDatabase,
  report: Report,
  file: string,
  baselineFile: string,
): Promise<number[]> {
  await copyIntoPeer(database, file);
  await database.query('vacuum analyze peer');
  const seconds: number[] = [];
  for (let run = 0; run < PEER_RUNS; run++) {
    const script = 'scripts/bench/peer_report.py';
    const args = [script, database.url, 'million', report.window_start, report.window_end, baselineFile];
    const { status, stdout, stderr } = spawnSync('python3', args, { encoding: 'utf8', maxBuffer: 1 << 26 });
    if (status !== 0) throw new Error(stderr);
    const peer = JSON.parse(stdout) as { seconds: number; rows: number; d: number };
    if (run === 0) console.log(`SciPy read ${thousands(peer.rows)} rows; its D of the amounts is ${peer.d.toFixed(6)}`);
    seconds.push(peer.seconds);
  }
  return seconds;
}

async function measureMillion(service: BenchService, database: BenchDatabase, directory: string): Promise<Figures> {
  const events = option('events', 1_000_000);
  const nowMs = Date.now();
  const reference = new Float64Array(20_000);
  const amounts = new Float64Array(events);
  let [r, a] = [0, 0];
  const baseline = {
    service: 'million',
    events: reference.length,
    startMs: nowMs - 70 * MINUTE_MS,
    spanMs: 20 * MINUTE_MS,
    seed: 1,
  };
  await ingest(service.url, baseline, (texts) => {
    for (const text of texts) reference[r++] = amountOf(text);
  });
  await buildBaseline(service.url, 'million', baseline.startMs, baseline.startMs + baseline.spanMs + MINUTE_MS);
  const file = join(directory, 'peer.tsv');
  await writeFile(file, '');
  const live = { service: 'million', events, startMs: nowMs - 28 * MINUTE_MS, spanMs: 27 * MINUTE_MS, seed: 7 };
  const pending: Promise<void>[] = [];
  await ingest(service.url, live, (texts) => {
    for (const text of texts) amounts[a++] = amountOf(text);
    pending.push(writeFile(file, texts.map(copyLine).join(''), { flag: 'a' }));
  });
  await Promise.all(pending);
  await waitForFolding(database);
  const figures = await measure(service.url, 'million', 30);
  const { d = Number.NaN, resolution = Number.NaN } = figures.report.checks.amount_ks ?? {};
  const exact = exactDistance(reference, amounts);
  console.log(
    `KS of the amounts: D ${d.toFixed(6)} from profiles, ${exact.toFixed(6)} from the raw values: |ΔD| ${Math.abs(d - exact).toFixed(6)}, stated resolution ${resolution.toFixed(6)}`,
  );
  if (spawnSync('python3', ['-c', 'import scipy']).status !== 0) {
    console.log('Python with SciPy not found: the comparison is skipped');
    return figures;
  }
  const baselineFile = join(directory, 'baseline.txt');
  await writeFile(baselineFile, reference.join('\n'));
  const peer = median(await measurePeer(database, figures.report, file, baselineFile));
  console.log(
    `rows + SciPy: ${peer.toFixed(2)} s, median of ${PEER_RUNS}; ÷ Plumbline after a new event: ${((peer * 1000) / figures.afterEvent).toFixed(0)}`,
  );
  return figures;
}

async function measureWeek(service: BenchService, database: BenchDatabase): Promise<Figures> {
  const events = option('week', 10_000_000);
  const startMs = Date.now() - 7 * DAY_MS + MINUTE_MS;
  await ingest(service.url, { service: 'week', events, startMs, spanMs: 7 * DAY_MS - 3 * MINUTE_MS, seed: 3 });
  await buildBaseline(service.url, 'week', startMs, startMs + DAY_MS / 2);
  await waitForFolding(database);
  return measure(service.url, 'week', 7 * 24 * 60);
}

const database = await createDatabase();
if (database === undefined) throw new Error('no Postgres server found; set BENCH_DATABASE_URL');
const directory = await mkdtemp(join(tmpdir(), 'plumbline-bench-'));
const service = await startService({ port: 18_475, databaseUrl: database.url });
const million = await measureMillion(service, database, directory);
const week = await measureWeek(service, database);
printTable([
  ['', 'events', 'first call', 'p50, no new events', 'p50, after an event', 'slowest'],
  rowOf('30 minutes', million),
  rowOf('7 days', week),
]);
await service.stop();
await database.drop();
await rm(directory, { recursive: true, force: true });
