import { statfsSync } from 'node:fs';
import type { Worker } from 'node:worker_threads';
import { startThread } from '../../runtime/workers/start-thread.ts';
import { DatabaseUnavailable, type StoreLog } from '../database.ts';
import type { EngineData, EngineRequest, EngineResponse } from './embedded-worker.ts';

type Answer = Extract<EngineResponse, { ok: true }>;
type Body = { kind: 'query'; sql: string; params: readonly unknown[] } | { kind: 'close' };

interface Pending {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
  readonly watchdog: NodeJS.Timeout;
}

/** A statement that failed in the engine, with its SQLSTATE. */
class EngineError extends Error {
  readonly code: string | undefined;

  constructor(message: string, code: string | undefined) {
    super(message);
    this.name = 'EngineError';
    this.code = code;
  }
}

/** How long a start that failed speaks for the next ones: each takes a second or two, and requests wait for it in a line. */
const RESTART_AFTER_MS = 1_000;
const LOG_SEGMENT_BYTES = 16 * 1024 * 1024;

/**
 * PGlite in a worker thread, so that a long query does not stop the event loop. A request that takes too long ends the worker, and
 * the next one starts another on the same data: the engine has no statement time-out.
 */
export class EmbeddedEngine {
  readonly #data: EngineData;
  readonly #timeoutMs: number;
  readonly #log: StoreLog;
  readonly #pending = new Map<number, Pending>();
  #worker: Promise<Worker> | undefined;
  /** When the last worker has ended: two at once would write to the same files. */
  #ended: Promise<unknown> = Promise.resolve();
  #failedStart: { readonly error: DatabaseUnavailable; readonly untilMs: number } | undefined;
  #lastId = 0;
  #generation = 0;

  constructor(data: EngineData, options: { timeoutMs: number; log: StoreLog }) {
    this.#data = data;
    this.#timeoutMs = options.timeoutMs;
    this.#log = options.log;
  }

  /** Changes with each lost worker: the transaction of an earlier worker has ended. */
  get generation(): number {
    return this.#generation;
  }

  async start(): Promise<void> {
    await this.#running();
  }

  async request(body: Body): Promise<Answer> {
    const worker = await this.#running();
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      const onTimeout = (): void => this.#lose(`a statement ran longer than ${this.#timeoutMs} ms`);
      this.#pending.set(id, { resolve, reject, watchdog: setTimeout(onTimeout, this.#timeoutMs) });
      const request: EngineRequest = { id, ...body };
      worker.postMessage(body.kind === 'query' ? { ...request, params: body.params.map(compact) } : request);
    });
  }

  /** Ends the thread, at once. Close the database first. */
  async stop(): Promise<void> {
    this.#forgetWorker();
    await this.#ended;
  }

  async #running(): Promise<Worker> {
    const failed = this.#failedStart;
    if (failed !== undefined && this.#worker === undefined && performance.now() < failed.untilMs) throw failed.error;
    this.#worker ??= this.#ended.then(() => this.#spawn());
    return this.#worker;
  }

  #spawn(): Promise<Worker> {
    const worker = startThread(import.meta.url, './embedded-worker', {
      name: 'embedded-database',
      workerData: this.#data,
    });
    const generation = this.#generation;
    let isStarted = false;
    return new Promise((resolve, reject) => {
      const onEnd = (reason: string): void => {
        const fault = hasRoom(this.#data.directory) ? 'unreachable' : 'disk_full';
        const error = new DatabaseUnavailable(`the embedded engine did not start: ${reason}`, { fault });
        if (!isStarted) this.#failedStart = { error, untilMs: performance.now() + RESTART_AFTER_MS };
        reject(error);
        if (this.#generation === generation) this.#lose(reason);
      };
      worker.on('message', (message: EngineResponse | 'ready') => {
        if (message === 'ready') {
          isStarted = true;
          resolve(worker);
        } else this.#settle(message);
      });
      worker.on('error', (error: Error) => onEnd(`its thread failed: ${error.message}`));
      worker.on('exit', () => onEnd('its thread ended'));
    });
  }

  #settle(response: EngineResponse): void {
    const pending = this.#pending.get(response.id);
    if (pending === undefined) return;
    if (!response.ok && response.isBroken) {
      this.#lose(`the engine is broken: ${response.message}`);
      return;
    }
    this.#pending.delete(response.id);
    clearTimeout(pending.watchdog);
    if (response.ok) pending.resolve(response);
    else pending.reject(new EngineError(response.message, response.code));
  }

  #lose(reason: string): void {
    this.#log.error({ reason }, 'the embedded database is restarted');
    this.#forgetWorker();
    for (const { reject, watchdog } of this.#pending.values()) {
      clearTimeout(watchdog);
      reject(new DatabaseUnavailable(reason));
    }
    this.#pending.clear();
  }

  #forgetWorker(): void {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#generation++;
    this.#ended = worker?.then((thread) => thread.terminate()).catch(() => undefined) ?? this.#ended;
  }
}

/** For one more segment of the write-ahead log, without which the engine does not start, and does not say why. */
function hasRoom(directory: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize >= LOG_SEGMENT_BYTES;
  } catch {
    return true;
  }
}

/** Cloning a view copies its whole buffer, and the buffer of a Buffer can be a large shared pool. */
function compact(param: unknown): unknown {
  if (!(param instanceof Uint8Array) || param.byteLength === param.buffer.byteLength) return param;
  return new Uint8Array(param);
}
