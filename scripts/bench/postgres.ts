import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import pg from 'pg';

/** The server for the benchmark, which creates its own database on it. */
const SERVER_URL =
  process.env.BENCH_DATABASE_URL ?? process.env.DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';

export interface BenchDatabase {
  readonly url: string;
  query<R extends object>(sql: string): Promise<R[]>;
  drop(): Promise<void>;
}

/** Creates a new database; undefined when no server answers. */
export async function createDatabase(): Promise<BenchDatabase | undefined> {
  const name = `plumbline_bench_${randomUUID().slice(0, 8)}`;
  const admin = new pg.Client(SERVER_URL);
  try {
    await admin.connect();
  } catch {
    return undefined;
  }
  await admin.query(`create database ${name}`);
  const url = new URL(SERVER_URL);
  url.pathname = `/${name}`;
  const client = new pg.Client(url.href);
  await client.connect();
  return {
    url: url.href,
    query: async <R extends object>(sql: string) => (await client.query(sql)).rows as R[],
    drop: async () => {
      await client.end();
      await admin.query(`drop database ${name} with (force)`);
      await admin.end();
    },
  };
}

export function hasPsql(): boolean {
  return spawnSync('psql', ['--version']).status === 0;
}

const PEER_TABLE = `
  drop table if exists peer;
  create table peer (
    id bigint generated always as identity primary key,
    ts timestamptz not null, service text not null, endpoint text not null, host text, payload jsonb not null
  );
  create index on peer (service, endpoint, ts);`;

/** Runs `psql \copy` of the same events into one JSONB row per event, with an index on (service, endpoint, ts). Returns seconds. */
export async function copyIntoPeer(database: BenchDatabase, file: string): Promise<number> {
  await database.query(PEER_TABLE);
  await database.query('checkpoint');
  const started = performance.now();
  const child = spawn(
    'psql',
    [database.url, '-qc', `\\copy peer (ts, service, endpoint, host, payload) from '${file}'`],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`psql ended with code ${code}`);
  return (performance.now() - started) / 1000;
}

/** One event as a line in the text format of COPY. */
export function copyLine(text: string): string {
  const event = JSON.parse(text) as Record<string, string>;
  const columns = [event.ts, event.service, event.endpoint, event.host, text];
  return `${columns.map((column) => String(column).replaceAll('\\', '\\\\')).join('\t')}\n`;
}
