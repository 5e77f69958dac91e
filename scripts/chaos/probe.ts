import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';

export interface Probed {
  readonly answers: number;
  readonly failed: number;
  /** The slowest answer of `/livez`. */
  readonly worstMs: number;
  /** Peak of resident memory. */
  readonly peakMb: number;
}

/** Asks `/livez` all the time, from a process of its own, so that what the caller sends does not delay it. */
export class Probe {
  readonly #child: ChildProcess;
  readonly #pid: number;

  private constructor(child: ChildProcess, pid: number) {
    this.#child = child;
    this.#pid = pid;
  }

  static async start(url: string, pid: number): Promise<Probe> {
    const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/chaos/livez.ts'], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: { ...process.env, CHAOS_URL: url },
    });
    await once(child, 'message');
    resetPeak(pid);
    return new Probe(child, pid);
  }

  async stop(): Promise<Probed> {
    this.#child.send('stop');
    const [times] = (await once(this.#child, 'message')) as [(number | null)[]];
    const answered = times.filter((ms) => ms !== null);
    const worstMs = Math.max(...answered);
    return { answers: answered.length, failed: times.length - answered.length, worstMs, peakMb: peakMb(this.#pid) };
  }
}

/** From now on the peak is that from now on (Linux). */
function resetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

function peakMb(pid: number): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}
