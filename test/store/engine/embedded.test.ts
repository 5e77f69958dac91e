import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { DatabaseUnavailable } from '../../../src/store/database.ts';
import { lockDirectory } from '../../../src/store/engine/directory-lock.ts';
import { openEmbedded } from '../../../src/store/engine/embedded.ts';
import { makeTemporaryDirectory } from '../../database.ts';
import { PATIENCE } from '../../patience.ts';
import { SILENT } from '../../silent-log.ts';

const QUERY_TIMEOUT_MS = 60_000;
let directory: string;
const lockFiles = async (): Promise<string[]> => (await readdir(directory)).filter((name) => name.endsWith('.lock'));

beforeEach(async () => {
  directory = await makeTemporaryDirectory();
});
afterEach(async () => {
  vi.useRealTimers();
  await rm(directory, { recursive: true, force: true });
});

describe('the lock of a directory', () => {
  test('a second one is refused, naming the process and the directory; after release it is free', async () => {
    const lock = await lockDirectory(directory);
    const refusal = `${directory} is in use by process ${process.pid}; stop it or set DATA_DIR`;
    await expect(lockDirectory(directory)).rejects.toThrow(refusal);
    await lock.release();
    const again = await lockDirectory(directory);
    await again.release();
    expect(await readdir(directory)).toEqual([]);
  });

  test('of many who come at once, at most one gets it', async () => {
    const tries = await Promise.allSettled(Array.from({ length: 8 }, () => lockDirectory(directory)));
    expect(tries.filter((attempt) => attempt.status === 'fulfilled').length).toBeLessThanOrEqual(1);
    expect((await lockFiles()).length).toBeLessThanOrEqual(1);
  });

  test('one of a process that is gone, or whose pid another process has now, is replaced', async () => {
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    const write = (pid: number | undefined, suffix: string, started: string | null) =>
      writeFile(join(directory, `plumbline-${pid}-${suffix}.lock`), JSON.stringify({ pid, host: hostname(), started }));
    await write(child.pid, '00000000', null);
    if (process.platform === 'linux') await write(process.ppid, '00000001', 'an earlier boot 1');
    const lock = await lockDirectory(directory);
    expect(await lockFiles()).toHaveLength(1);
    await lock.release();
  });

  test('one of another host is never taken: whether it lives cannot be asked', async () => {
    const foreign = { pid: 1, host: 'elsewhere', started: null };
    await writeFile(join(directory, 'plumbline-1-00000000.lock'), JSON.stringify(foreign));
    await expect(lockDirectory(directory)).rejects.toThrow(/in use by process 1 on host elsewhere; stop it, or delete/);
  });
});

const { databaseUrl, template } = inject('testDatabase');

describe.runIf(databaseUrl === undefined)('the embedded database', () => {
  beforeEach(() => cp(template, directory, { recursive: true }));

  test('a statement that runs too long ends; what was stored stays, and the same handle serves on', async () => {
    const db = await openEmbedded({ dataDir: directory, log: SILENT, queryTimeoutMs: QUERY_TIMEOUT_MS });
    try {
      await db.query('create table kept (x int); insert into kept values (1)');
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      const endless = `with recursive forever (x) as (select 1 union all select x + 1 from forever) select count(*) from forever`;
      const stuck = db.transaction(async (tx) => {
        await tx.query('insert into kept values (2)');
        const spinning = tx.query(endless).catch(() => undefined);
        await vi.waitUntil(() => vi.getTimerCount() > 0, PATIENCE);
        vi.advanceTimersByTime(QUERY_TIMEOUT_MS);
        await spinning;
        await tx.query('insert into kept values (3)');
      });
      const waiting = db.query<{ x: number }>('select x from kept order by x');
      await expect(stuck).rejects.toThrow(DatabaseUnavailable);
      expect((await waiting).rows).toEqual([{ x: 1 }]);
      await expect(openEmbedded({ dataDir: directory, log: SILENT })).rejects.toThrow(/in use by process/);
    } finally {
      await db.close();
    }
    expect(await lockFiles()).toEqual([]);
    await expect(db.query('select 1')).rejects.toThrow(DatabaseUnavailable);
  });

  test('an engine that is broken, as after a write-ahead log that found no room, is started again', async () => {
    const db = await openEmbedded({ dataDir: directory, log: SILENT });
    try {
      await db.query('create table kept (x int); insert into kept values (1)');
      const broken = `do $$ begin raise exception 'cannot drop active portal ""' using errcode = '24000'; end $$`;
      await expect(db.query(broken)).rejects.toThrow(DatabaseUnavailable);
      expect((await db.query('select x from kept')).rows).toEqual([{ x: 1 }]);
      await expect(db.transaction((tx) => tx.query(broken))).rejects.toThrow(DatabaseUnavailable);
      expect((await db.query('select x from kept')).rows).toEqual([{ x: 1 }]);
    } finally {
      await db.close();
    }
  });

  test('an engine that cannot be started again starts once it can', async () => {
    const db = await openEmbedded({ dataDir: directory, log: SILENT });
    const [data, away] = [join(directory, 'pgdata'), join(directory, 'away')];
    try {
      await db.query('create table kept (x int); insert into kept values (1)');
      const broken = `do $$ begin raise exception 'broken' using errcode = '24000'; end $$`;
      await expect(db.query(broken)).rejects.toThrow(DatabaseUnavailable);
      await rename(data, away);
      await writeFile(data, 'not a directory');
      await expect(db.query('select 1')).rejects.toThrow(/did not start/);
      await expect(db.query('select 1')).rejects.toThrow(/did not start/);
      await rm(data);
      await rename(away, data);
      const kept = () => db.query('select x from kept').catch(() => undefined);
      expect((await vi.waitUntil(kept, PATIENCE))?.rows).toEqual([{ x: 1 }]);
    } finally {
      await db.close();
    }
  });

  test('killed while it writes, it loses nothing that it acknowledged', async () => {
    const writer = new URL('embedded-writer.ts', import.meta.url).pathname;
    const child = spawn(process.execPath, ['--import', 'tsx', writer, directory], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let acknowledged = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      acknowledged = Number(line);
      if (acknowledged === 60) child.kill('SIGKILL');
    }
    const db = await openEmbedded({ dataDir: directory, log: SILENT });
    try {
      const { rows } = await db.query<{ n: number; last: number }>('select count(*) as n, max(x) as last from written');
      expect(rows[0]?.n).toBe(rows[0]?.last);
      expect(rows[0]?.last).toBeGreaterThanOrEqual(acknowledged);
      expect(acknowledged).toBeGreaterThanOrEqual(60);
    } finally {
      await db.close();
    }
  });
});
