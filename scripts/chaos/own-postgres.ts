import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

const DEBIAN = '/usr/lib/postgresql';
const IS_ROOT = process.getuid?.() === 0;

/** A server of our own, which may be stopped and broken. */
export interface OwnPostgres {
  readonly url: URL;
  query(sql: string): Promise<void>;
  /** Of every process of the server. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
  stop(): Promise<void>;
}

/** @param dataDirectory - empty; the write-ahead log stands elsewhere, so that a full disk hits the data alone */
export async function startPostgres(dataDirectory?: string): Promise<OwnPostgres> {
  const home = mkdtempSync(join(tmpdir(), 'plumbline-chaos-postgres-'));
  chmodSync(home, 0o755);
  const data = join(dataDirectory ?? home, 'data');
  if (IS_ROOT) execFileSync('chown', ['postgres', home, ...(dataDirectory === undefined ? [] : [dataDirectory])]);
  const bin = findBin();
  const options = { stdio: 'ignore', ...ownerOfServer() } as const;
  const initdb = ['-D', data, '-X', join(home, 'wal'), '-U', 'postgres', '-A', 'trust', '-N', '-E', 'UTF8'];
  execFileSync(join(bin, 'initdb'), initdb, options);
  const port = await findPort();
  const server = spawn(join(bin, 'postgres'), ['-D', data, '-p', String(port), '-k', home, '-c', 'fsync=off'], options);
  const url = new URL(`postgres://postgres@127.0.0.1:${port}/postgres`);
  await waitFor(url);
  return {
    url,
    query: (sql) => query(url, sql),
    signal: (signal) => {
      for (const pid of pidsOf(server.pid)) process.kill(pid, signal);
    },
    stop: async () => {
      const gone = once(server, 'exit');
      server.kill('SIGINT');
      await gone;
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function findBin(): string {
  const versions = readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a));
  if (versions[0] === undefined) throw new Error(`No Postgres in ${DEBIAN}: install postgresql`);
  return join(DEBIAN, versions[0], 'bin');
}

export async function findPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

function pidsOf(postmaster: number | undefined): number[] {
  const children = execFileSync('ps', ['-o', 'pid=', '--ppid', String(postmaster)], { encoding: 'utf8' });
  const lines = children.split('\n').filter((line) => line.trim() !== '');
  return [Number(postmaster), ...lines.map(Number)];
}

/** initdb and postgres refuse to run as root. */
function ownerOfServer(): { uid?: number; gid?: number } {
  if (!IS_ROOT) return {};
  const idOf = (kind: '-u' | '-g') => Number(execFileSync('id', [kind, 'postgres'], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g') };
}

async function query(url: URL, sql: string): Promise<void> {
  const client = new pg.Client(url.href);
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

async function waitFor(url: URL): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      return await query(url, 'select 1');
    } catch (error) {
      if (tries === 300) throw error;
      await delay(100);
    }
  }
}
