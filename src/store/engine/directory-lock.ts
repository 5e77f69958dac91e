import { randomUUID } from 'node:crypto';
import { readdir, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
// The one use of `process` outside main and the commands: the pid of this process, and whether another one runs.
import { kill, pid } from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { systemCode } from '../../core/format/system-code.ts';

const LOCK_FILE = /^plumbline-\d+-[0-9a-f]{8}\.lock$/;
const ATTEMPTS = 3;

/** The process that holds the directory. A pid is not enough: after a restart of the machine or container another process can have it. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  /** Boot and clock tick, from /proc; null on other systems. */
  readonly started: string | null;
}

/** Another process has the directory. */
export class DirectoryInUse extends Error {
  override readonly name = 'DirectoryInUse';
}

export interface DirectoryLock {
  release(): Promise<void>;
}

/**
 * Locks a directory for this process, until it releases the lock or ends. No process takes over the lock file of another: each writes its own
 * and then reads all others. Of two at the same moment, at least one sees the other, so both never hold it. Any process removes stale files,
 * which is safe because no name is used twice.
 *
 * @throws DirectoryInUse that names the process that holds it
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const ownFile = join(directory, `plumbline-${pid}-${randomUUID().slice(0, 8)}.lock`);
  for (let attempt = 1; ; attempt++) {
    await publish(ownFile);
    const other = await findLiveOther(directory, ownFile);
    if (other === undefined) return { release: () => remove(ownFile) };
    await remove(ownFile);
    if (attempt === ATTEMPTS) throw new DirectoryInUse(refusal(directory, other));
    // Two that started at the same moment have both given up: different delays let one of them come first.
    await delay(20 + (pid % 50) * attempt);
  }
}

/** Written under another name and renamed, so that no process reads half of it. */
async function publish(path: string): Promise<void> {
  const holder: Holder = { pid, host: hostname(), started: await startOf(pid) };
  await writeFile(`${path}.part`, JSON.stringify(holder), { flag: 'wx' });
  await rename(`${path}.part`, path);
}

async function findLiveOther(directory: string, own: string): Promise<(Holder & { file: string }) | undefined> {
  for (const name of await readdir(directory)) {
    const file = join(directory, name);
    if (!LOCK_FILE.test(name) || file === own) continue;
    const holder = await readHolder(file);
    if (holder === undefined) continue;
    if (await isAlive(holder)) return { ...holder, file };
    await remove(file);
  }
  return undefined;
}

async function readHolder(file: string): Promise<Holder | undefined> {
  const text = await readFile(file, 'utf8').catch(ignoreMissing);
  return text === undefined ? undefined : (JSON.parse(text) as Holder);
}

/** When in doubt it runs: a process on another host, or in another container, cannot be checked. */
async function isAlive(holder: Holder): Promise<boolean> {
  if (holder.host !== hostname()) return true;
  if (!isRunning(holder.pid)) return false;
  const started = await startOf(holder.pid);
  return started === null || holder.started === null || started === holder.started;
}

function isRunning(holderPid: number): boolean {
  try {
    return kill(holderPid, 0);
  } catch (error) {
    // EPERM: it runs, for another user.
    return systemCode(error) !== 'ESRCH';
  }
}

/** Boot and clock tick at which a process started, on Linux; the 22nd field of its stat, counted after the name in parentheses. */
async function startOf(processId: number): Promise<string | null> {
  try {
    const stat = await readFile(`/proc/${processId}/stat`, 'utf8');
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    return `${boot.trim()} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
  } catch {
    return null;
  }
}

async function remove(file: string): Promise<void> {
  await unlink(file).catch(ignoreMissing);
}

function ignoreMissing(error: unknown): undefined {
  if (systemCode(error) !== 'ENOENT') throw error;
  return undefined;
}

function refusal(directory: string, holder: Holder & { file: string }): string {
  const isForeign = holder.host !== hostname();
  const where = isForeign ? ` on host ${holder.host}` : '';
  const way = isForeign ? `stop it, or delete ${holder.file} if it no longer runs` : 'stop it or set DATA_DIR';
  return `${directory} is in use by process ${holder.pid}${where}; ${way}`;
}
