import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface BenchService {
  readonly url: string;
  /** Milliseconds from the start of the process to its first answer. */
  readonly startMs: number;
  readonly directory: string;
  readonly pid: number;
  peakMemoryMb(): number;
  /** CPU time of the process so far, of all threads (Linux). */
  cpuSeconds(): number;
  /** With -9. */
  kill(): Promise<void>;
  stop(options?: { keepDirectory?: boolean }): Promise<void>;
}

export interface ServiceOptions {
  readonly port: number;
  readonly databaseUrl?: string;
  readonly directory?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Whether its log is shown. */
  readonly showsLog?: boolean;
}

const START_TIMEOUT_MS = 180_000;

/** Starts the built service as a process, as users run it, and waits until it is ready. */
export async function startService(options: ServiceOptions): Promise<BenchService> {
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'plumbline-bench-')));
  const startedMs = performance.now();
  const child = spawn(process.execPath, ['dist/main.js'], {
    stdio: ['ignore', options.showsLog === true ? 'inherit' : 'ignore', 'inherit'],
    env: {
      ...process.env,
      HOST: '127.0.0.1',
      PORT: String(options.port),
      DATABASE_URL: options.databaseUrl ?? '',
      DATA_DIR: directory,
      BASELINES_DIR: join(directory, 'baselines'),
      ARTIFACTS_DIR: join(directory, 'artifacts'),
      LOG_LEVEL: 'warn',
      ...options.env,
    },
  });
  const url = `http://127.0.0.1:${options.port}`;
  await waitUntilReady(url, child);
  const startMs = performance.now() - startedMs;
  return {
    url,
    startMs,
    directory,
    pid: child.pid as number,
    peakMemoryMb: () => peakMemoryMb(child.pid as number),
    cpuSeconds: () => cpuSeconds(child.pid as number),
    kill: async () => {
      const gone = once(child, 'exit');
      if (child.exitCode !== null) throw new Error(`the service ended by itself with code ${child.exitCode}`);
      child.kill('SIGKILL');
      await gone;
    },
    stop: async ({ keepDirectory = false } = {}) => {
      await stopProcess(child);
      if (!keepDirectory) await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Starts the fastify that stores nothing. */
export async function startBareService(port: number): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/bench/bare-service.ts', String(port)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const url = `http://127.0.0.1:${port}`;
  await waitUntilReady(url, child);
  return { url, stop: () => stopProcess(child) };
}

async function stopProcess(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM');
  if (child.exitCode === null) await once(child, 'exit');
}

async function waitUntilReady(url: string, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`the service ended with code ${child.exitCode}`);
    const answer = await fetch(`${url}/readyz`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  child.kill('SIGKILL');
  throw new Error('the service did not become ready');
}

/** Peak memory of the process (Linux). */
function peakMemoryMb(pid: number): number {
  const match = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return match === null ? Number.NaN : Number(match[1]) / 1024;
}

const TICKS_PER_SECOND = 100;

function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
