import { mkdtemp, writeFile } from 'node:fs/promises';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRng } from '../../src/core/stats/rng.ts';
import { type BenchService, startService } from '../bench/service.ts';
import { type Answer, type ApiDocument, type Operation, readDocument } from './document.ts';
import { type FuzzRequest, type RequestSource, requestAt } from './requests.ts';
import { brokenBytes, curlOf, send, sendBytes } from './send.ts';

const CONNECTIONS = 16;
/** One in so many requests is bytes that are hardly HTTP. */
const BROKEN_EVERY = 50;
const MOST_SHOWN = 20;

export interface FuzzPlan {
  readonly engine: 'embedded' | 'postgres';
  readonly databaseUrl: string | undefined;
  readonly port: number;
  readonly seed: number;
  readonly seconds: number;
  readonly requests: number;
}

export interface FuzzResult {
  readonly engine: string;
  readonly requests: number;
  readonly seconds: number;
  /** How many answers each status had. */
  readonly statuses: ReadonlyMap<number, number>;
  /** Of requests that the document calls valid: how many were not refused with 400. */
  readonly valid: { readonly sent: number; readonly refused: number };
  /** Each kind of fault, and how often it came. */
  readonly faults: ReadonlyMap<string, number>;
  readonly slowest: { readonly ms: number; readonly operation: string; readonly number: number };
  readonly peakMemoryMb: number;
}

/** Starts the service with something in it, and sends it requests until the time or their number is over. */
export async function fuzzService(plan: FuzzPlan): Promise<FuzzResult> {
  const service = await startWithSignals(plan);
  try {
    const source = { ...(await fill(service.url)), seed: plan.seed, nowMs: Date.now() };
    return await new Run(plan, service, source).go();
  } finally {
    await service.stop();
  }
}

async function startWithSignals({ port, databaseUrl }: FuzzPlan): Promise<BenchService> {
  const directory = await mkdtemp(join(tmpdir(), 'plumbline-fuzz-'));
  const signals = join(directory, 'signals.json');
  const data = Array.from({ length: 40 }, (_, i) => ({
    timestamp: new Date(Date.now() - i * 60_000).toISOString(),
    signal_id: `S00${(i % 2) + 1}`,
    coherenceScore: 85 + (i % 5),
  }));
  await writeFile(signals, JSON.stringify({ data }));
  // The cause of a 500 stands in the log only.
  const env = { MOCK_PATH: signals, LOG_LEVEL: 'error' };
  return startService({ port, directory, env, showsLog: true, ...(databaseUrl !== undefined && { databaseUrl }) });
}

/** Two keys, two streams with a baseline, a monitor with an incident. */
async function fill(url: string): Promise<Pick<RequestSource, 'document' | 'keys'>> {
  const document = readDocument(await (await fetch(`${url}/openapi.json`)).text());
  const post = async (path: string, body: unknown, key = ''): Promise<Record<string, unknown>> => {
    const headers = { 'content-type': 'application/json', ...(key !== '' && { authorization: `Bearer ${key}` }) };
    const answer = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path} was answered with ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as Record<string, unknown>;
  };
  const admin = String((await post('/v1/keys', { scope: 'admin', name: 'fuzz' })).key);
  const read = String((await post('/v1/keys', { scope: 'read', name: 'reader' }, admin)).key);
  for (const stream of [
    { service: 'shop', endpoint: 'GET /cart' },
    { service: 'pay', endpoint: 'POST /order' },
  ]) {
    await post('/v1/ingest', eventsOf(stream, 100, 120), admin);
    await post('/v1/ingest', eventsOf(stream, 300, 55), admin);
    await post(
      '/v1/baselines',
      { ...stream, name: stream.service === 'shop' ? 'first' : 'second', ...fromTo(125, 60) },
      admin,
    );
  }
  const monitor = {
    name: 'm1',
    stream: { service: 'shop', endpoint: 'GET /cart' },
    window: '1h',
    every: '5m',
    open_after: 1,
  };
  await post('/v1/monitors', monitor, admin);
  await post('/v1/monitors/m1/run', {}, admin);
  return { document, keys: [admin, read] };
}

function fromTo(startMinutesAgo: number, endMinutesAgo: number): { start: string; end: string } {
  const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
  return { start: ago(startMinutesAgo), end: ago(endMinutesAgo) };
}

function eventsOf(stream: object, center: number, minutesAgo: number): object[] {
  const rng = seededRng(center);
  return Array.from({ length: 500 }, (_, i) => ({
    ts: Date.now() - minutesAgo * 60_000 + i * 5_000,
    ...stream,
    request: { amount: center + 20 * rng.next(), country: rng.next() < 0.5 ? 'FR' : 'DE' },
    response: { status: rng.next() < 0.01 ? 500 : 200, duration_ms: 50 + 100 * rng.next() },
  }));
}

class Run {
  readonly #plan: FuzzPlan;
  readonly #service: BenchService;
  readonly #source: RequestSource;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  readonly #statuses = new Map<number, number>();
  readonly #faults = new Map<string, number>();
  readonly #valid = { sent: 0, refused: 0 };
  #next = 0;
  #slowest = { ms: 0, operation: '', number: 0 };

  constructor(plan: FuzzPlan, service: BenchService, source: RequestSource) {
    this.#plan = plan;
    this.#service = service;
    this.#source = source;
  }

  async go(): Promise<FuzzResult> {
    const startedMs = performance.now();
    const deadline = startedMs + this.#plan.seconds * 1_000;
    const work = async (): Promise<void> => {
      while (this.#next < this.#plan.requests && performance.now() < deadline) await this.#one(this.#next++);
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, work));
    this.#agent.destroy();
    return {
      engine: this.#plan.engine,
      requests: this.#next,
      seconds: (performance.now() - startedMs) / 1_000,
      statuses: this.#statuses,
      valid: this.#valid,
      faults: this.#faults,
      slowest: this.#slowest,
      peakMemoryMb: this.#service.peakMemoryMb(),
    };
  }

  async #one(number: number): Promise<void> {
    if (number % BROKEN_EVERY === BROKEN_EVERY - 1) return this.#broken(number);
    const fuzz = requestAt(this.#source, number);
    const startedMs = performance.now();
    try {
      const answer = await send(this.#service.url, fuzz, this.#agent);
      this.#count(answer.status);
      if (fuzz.kind === 'valid') this.#countValid(answer);
      const fault = faultOf(this.#source.document, fuzz, answer);
      if (fault !== undefined) this.#note(number, fuzz, fault, answer.body.toString().slice(0, 300));
    } catch (error) {
      this.#note(number, fuzz, `no answer: ${(error as Error).message}`, '');
    }
    const ms = performance.now() - startedMs;
    if (ms > this.#slowest.ms) this.#slowest = { ms, operation: fuzz.operation.operationId, number };
  }

  async #broken(number: number): Promise<void> {
    const bytes = brokenBytes(seededRng(`${this.#plan.seed} ${number}`));
    const shown = `printf %s ${bytes.toString('base64')} | base64 -d | nc -N 127.0.0.1 ${this.#plan.port}`;
    try {
      const statuses = await sendBytes(this.#service.url, bytes);
      for (const status of statuses) this.#count(status);
      if (statuses.some((status) => status >= 500 && status !== 501))
        this.#noteLine(number, `broken HTTP: ${statuses}`, shown);
    } catch (error) {
      this.#noteLine(number, `broken HTTP: ${(error as Error).message}`, shown);
    }
  }

  #count(status: number): void {
    this.#statuses.set(status, (this.#statuses.get(status) ?? 0) + 1);
  }

  #countValid({ status }: Answer): void {
    this.#valid.sent++;
    if (status === 400) this.#valid.refused++;
  }

  #note(number: number, fuzz: FuzzRequest, fault: string, body: string): void {
    const { operationId } = fuzz.operation;
    this.#noteLine(number, `${operationId}: ${fault}`, `${curlOf(this.#service.url, fuzz)}\n  ${body}`);
  }

  #noteLine(number: number, fault: string, shown: string): void {
    const count = this.#faults.get(fault) ?? 0;
    this.#faults.set(fault, count + 1);
    if (count > 0 || this.#faults.size > MOST_SHOWN) return;
    console.log(`FAULT ${this.#plan.engine}, --seed ${this.#plan.seed}, request ${number}: ${fault}\n  ${shown}`);
  }
}

/** A method that the path does not have belongs to no operation: then only a fault of the service counts. */
function faultOf(document: ApiDocument, { operation, method }: FuzzRequest, answer: Answer): string | undefined {
  const isSame = ({ method: other, path }: Operation) => other === method && path === operation.path;
  const found = document.operations.find(isSame);
  if (found !== undefined) return document.faultOf(found, answer);
  return answer.status >= 500 && answer.status !== 501 ? `${method} is ${answer.status}` : undefined;
}
