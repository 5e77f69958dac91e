import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import pino from 'pino';

/**
 * Writes `test/app/old-database.json.gz`: the database of an earlier release after an hour's work, and what its routes answered about it.
 *
 *   git worktree add ../release 16401ce && npm ci --prefix ../release
 *   npx tsx scripts/make-upgrade-fixture.ts ../release
 *
 * It uses the files of that commit, which has migrations 1 to 7; `test/app/upgrade.test.ts` loads what it wrote and migrates it.
 */
const [checkout] = process.argv.slice(2);
if (checkout === undefined) throw new Error('Give the directory of a checkout of commit 16401ce, with its packages.');

const OUTPUT = new URL('../test/app/old-database.json.gz', import.meta.url);
const MINUTE_MS = 60_000;
const START_MS = Date.UTC(2026, 2, 14, 12);
const END_MS = START_MS + 35 * MINUTE_MS;
const PAY = { service: 'shop', endpoint: 'POST /pay' };
const CART = { service: 'shop', endpoint: 'GET /cart' };
const WINDOW = { window: '10m', every: '10m', delay: '1s' };

/** Another commit: its modules have no types here. */
const load = (path: string) => import(pathToFileURL(join(resolve(checkout), 'src', path)).href);

const { buildServer } = await load('http/server.ts');
const { coherenceDeps } = await load('coherence-parts.ts');
const { createMetrics } = await load('http/metrics.ts');
const { DrivenClock } = await load('time/clock.ts');
const { foldParts } = await load('ingest/fold-parts.ts');
const { Ingest } = await load('ingest/ingest.ts');
const { keepHouse } = await load('ingest/keep-house.ts');
const { migrate } = await load('store/migrate.ts');
const { openDatabase } = await load('store/open.ts');
const { ProfileCache } = await load('monitor/profile-cache.ts');
const { readConfig } = await load('config.ts');
const { reviseReports } = await load('monitor/revise-reports.ts');
const { runCoherence } = await load('coherence/run-coherence.ts');
const { Watch } = await load('watch.ts');

const directory = await mkdtemp(join(tmpdir(), 'plumbline-upgrade-'));
const log = pino({ level: 'warn', base: null });
const clock = new DrivenClock(START_MS);
const config = readConfig({
  ARTIFACTS_DIR: directory,
  BASELINES_DIR: directory,
  DEFAULT_MONITOR: 'off',
  MOCK_PATH: join(directory, 'signals.json'),
});
const db = await openDatabase({ dataDir: join(directory, 'database'), log });
await migrate(db, log);
await keepHouse(db, config, START_MS);

const metrics = createMetrics();
const ingest = new Ingest({ db, config, clock, metrics });
const channels = {
  byName: new Map([
    ['pager', channelOf('pager', { kind: 'sent' })],
    ['mail', channelOf('mail', { kind: 'retry', reason: 'the mail server does not answer' })],
    ['gone', channelOf('gone', { kind: 'rejected', reason: 'HTTP 410' })],
  ]),
  routes: [{ channels: ['pager'] }],
};
const watch = new Watch({ db, config, clock, log, metrics, channels, cache: new ProfileCache(), random: () => 0 });
const coherence = coherenceDeps({ config, db, clock, ingest, log, monitor: watch.deps });
const app = buildServer({
  config,
  db,
  clock,
  ingest,
  log,
  metrics,
  channels,
  coherence,
  version: '1.0.0',
  startedAtMs: START_MS,
  watch: watch.deps,
});

function channelOf(name: string, outcome: object) {
  return {
    name,
    type: 'log',
    isDryRun: false,
    keepsState: false,
    render: (message: unknown) => message,
    send: async () => outcome,
  };
}

let key: string | undefined;

async function call(method: 'GET' | 'POST', url: string, payload?: object, headers: object = {}) {
  const credentials = key === undefined ? {} : { 'x-api-key': key };
  const answer = await app.inject({
    method,
    url,
    headers: { host: 'localhost', ...credentials, ...headers },
    ...(payload && { payload }),
  });
  if (answer.statusCode >= 300) throw new Error(`${method} ${url}: ${answer.body}`);
  return answer.json();
}

interface Traffic {
  readonly amount: number;
  readonly currency: string;
  readonly status: number;
}

const USUAL: Traffic = { amount: 100, currency: 'EUR', status: 200 };

/** Six events a minute; the same ones each time that the script runs. */
function eventsOf(stream: object, fromMs: number, toMs: number, traffic: Traffic): object[] {
  return Array.from({ length: (toMs - fromMs) / 10_000 }, (_, i) => ({
    ...stream,
    ts: new Date(fromMs + i * 10_000).toISOString(),
    request: { body: { amount: traffic.amount + ((i * 7) % 20), currency: i % 3 === 0 ? 'USD' : traffic.currency } },
    response: { status: i % 2 === 0 ? traffic.status : 200, duration_ms: 100 + ((i * 3) % 10) },
  }));
}

async function send(stream: object, fromMs: number, toMs: number, traffic: Traffic): Promise<void> {
  clock.ms = Math.max(clock.ms, toMs);
  const headers = { 'idempotency-key': `${JSON.stringify(stream)} ${fromMs}` };
  await call('POST', '/v1/ingest', eventsOf(stream, fromMs, toMs, traffic), headers);
}

/** Ten minutes of traffic, and all that is due a second after them. */
async function passWindow(i: number, traffic: Traffic): Promise<void> {
  const fromMs = START_MS + i * 10 * MINUTE_MS;
  await send(PAY, fromMs, fromMs + 10 * MINUTE_MS, traffic);
  clock.ms += 1_000;
  await watch.runSlots();
  await watch.remind();
  await watch.deliver();
  await watch.delivered();
}

async function incidentOf(monitor: string, group: string): Promise<number> {
  const sql = 'select id from incidents where monitor = $1 and grp = $2';
  const { rows } = await db.query(sql, [monitor, group]);
  if (rows[0] === undefined) throw new Error(`No incident of ${monitor}, ${group} exists.`);
  return rows[0].id;
}

async function writeSignals(): Promise<void> {
  const records = Array.from({ length: 20 }, (_, i) => ({
    timestamp: new Date(END_MS - (i + 1) * MINUTE_MS).toISOString(),
    signal_id: 'harmony',
    coherenceScore: 80 + ((i * 7) % 20),
  }));
  await writeFile(join(directory, 'signals.json'), JSON.stringify({ data: records }));
}

async function work(): Promise<void> {
  const start = START_MS - 20 * MINUTE_MS;
  for (const stream of [PAY, CART]) await send(stream, start, START_MS, USUAL);
  const span = { start: new Date(start).toISOString(), end: new Date(START_MS).toISOString() };
  await call('POST', '/v1/baselines', { ...PAY, ...span, name: 'pay' });
  const monitors = [
    { name: 'pay', stream: PAY, ...WINDOW, open_after: 1, close_after: 1, channels: ['pager', 'mail', 'gone'] },
    { name: 'pay features', stream: PAY, ...WINDOW, open_after: 1, close_after: 3, group_by: 'feature' },
    { name: 'pay patient', stream: PAY, ...WINDOW, open_after: 2, labels: { team: 'shop' } },
    {
      name: 'pay levels',
      stream: PAY,
      ...WINDOW,
      open_after: 1,
      close_after: 1,
      features: { 'request.body.amount': { ignore: true }, 'response.status': { ignore: true } },
    },
    { name: 'pay before', stream: PAY, ...WINDOW, reference: 'previous_window', paused: true },
    {
      name: 'cart silence',
      stream: CART,
      ...WINDOW,
      reference: 'previous_window',
      open_after: 1,
      quiet_hours: { from: '12:00', to: '13:00' },
    },
  ];
  for (const monitor of monitors) await call('POST', '/v1/monitors', monitor);
  await passWindow(0, { amount: 500, currency: 'EUR', status: 500 });
  await passWindow(1, USUAL);
  await passWindow(2, { amount: 500, currency: 'EUR', status: 200 });
  await call('GET', '/reports/latest?window_minutes=10&service=shop&endpoint=POST%20%2Fpay');
  await triage();
  clock.ms = END_MS - 2 * MINUTE_MS;
  await foldParts(db, clock.ms);
  // A late event that a report is revised for, and one that still waits for its revision.
  await call('POST', '/v1/ingest', eventsOf(PAY, START_MS + 5 * MINUTE_MS, START_MS + 6 * MINUTE_MS, USUAL));
  clock.ms = END_MS;
  await reviseReports(watch.deps);
  await call('POST', '/v1/ingest', eventsOf(PAY, START_MS + 15 * MINUTE_MS, START_MS + 16 * MINUTE_MS, USUAL));
  await writeSignals();
  await runCoherence(coherence);
  key = (await call('POST', '/v1/keys', { name: 'ops', scope: 'admin' })).key;
}

async function triage(): Promise<void> {
  const pay = `/v1/incidents/${await incidentOf('pay', 'all')}`;
  await call('POST', `${pay}/acknowledge`, { by: 'Ada', note: 'the new price list' });
  await call('POST', `${pay}/assign`, { by: 'Ada', to: 'Grace' });
  await call('POST', `${pay}/annotate`, { by: 'Grace', note: 'rolled back' });
  const amount = `/v1/incidents/${await incidentOf('pay features', 'feature request.body.amount')}`;
  await call('POST', `${amount}/silence`, { by: 'Ada', for: '2h' });
}

/** What clients see: the answers of the routes that read. */
async function readAnswers(): Promise<Record<string, unknown>> {
  const { incidents } = await call('GET', '/v1/incidents');
  const { monitors } = await call('GET', '/v1/monitors');
  const { streams } = await call('GET', '/v1/streams');
  const urls = [
    '/v1/incidents',
    ...incidents.flatMap(({ id }: { id: number }) => [`/v1/incidents/${id}`, `/v1/incidents/${id}/reports`]),
    '/v1/monitors',
    ...monitors.map(({ id }: { id: number }) => `/v1/monitors/${id}/runs`),
    '/v1/notifications',
    '/v1/baselines',
    '/v1/streams',
    ...streams.map(({ id }: { id: number }) => `/v1/reports?stream=${id}`),
    `/v1/events?${new URLSearchParams(PAY)}&limit=20`,
    '/v1/keys',
    '/coherence/history',
  ];
  const answers: Record<string, unknown> = {};
  for (const url of urls) answers[url] = await call('GET', url);
  return answers;
}

async function dump() {
  const list = async (sql: string) => (await db.query(sql)).rows;
  const tables = await list(`select relname::text as name from pg_class c
    where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p') and not relispartition
      and relname <> 'schema_migrations' order by oid`);
  const rows: Record<string, unknown> = {};
  for (const { name } of tables) {
    const found = await list(`select row_to_json(t) as row from ${name} t`);
    rows[name] = found.map(({ row }: { row: object }) => row);
  }
  const partitions =
    await list(`select p.relname::text as parent, c.relname::text as name, pg_get_expr(c.relpartbound, c.oid) as bound
    from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_class p on p.oid = i.inhparent
    where p.relkind = 'p' order by 1, 2`);
  const sequences = await list(`select sequencename::text as name, last_value as value from pg_sequences
    where last_value is not null order by 1`);
  return { partitions, rows, sequences };
}

try {
  await work();
  const answers = await readAnswers();
  const fixture = { endMs: END_MS, key, answers, ...(await dump()) };
  await writeFile(OUTPUT, gzipSync(JSON.stringify(fixture)));
} finally {
  await watch.stop();
  await app.close();
  await db.close();
  await rm(directory, { recursive: true });
}
