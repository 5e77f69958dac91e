import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '../../src/store/database.ts';
import { batchBodies, paymentTexts } from '../bench/events.ts';
import { printTable, thousands } from '../bench/figures.ts';
import type { BenchDatabase } from '../bench/postgres.ts';
import { startService } from '../bench/service.ts';
import { Probe } from './probe.ts';

const PORT = 18_476;
const BATCH = 1_000;
/** As many at once as keep the service busy; ten times as many are ten times what it can take. */
const ENOUGH_CLIENTS = 16;
const FAST_CLIENTS = 10 * ENOUGH_CLIENTS;
/** Half of them send a byte and no more, half of them a kilobyte and a half a second. */
const SLOW_CLIENTS = 100;
const IDLE_CONNECTIONS = 2_000;
const WARM_UP_MS = 3_000;
const ALONE_MS = 15_000;
const OVERLOAD_MS = 30_000;
const LEAST_GOODPUT = 0.7;
const MOST_MB = 512;
const SLOWEST_LIVEZ_MS = 100;
/** No client gives up: it sends again when it may. */
const LONGEST_WAIT_MS = 1_000;

interface Tally {
  taken: number;
  refused: number;
  broken: number;
}

/** Ten times as much as the service can take, from fast clients, beside slow ones and idle connections. */
export async function chaosOverload(_db: Database, database: BenchDatabase): Promise<boolean> {
  const service = await startService({ port: PORT, databaseUrl: database.url, env: { AUTH: 'off' } });
  const body = batchBodies([...paymentTexts(BATCH, Date.now() - 60_000, 60_000, 1)], BATCH)[0] as string;
  const request = requestOf(body);
  await sendFor(WARM_UP_MS, ENOUGH_CLIENTS, request);
  const before = service.cpuSeconds();
  const alone = await sendFor(ALONE_MS, ENOUGH_CLIENTS, request);
  const cpuAlone = service.cpuSeconds() - before;
  const others = await openOthers();
  const probe = await Probe.start(service.url, service.pid);
  const startedCpu = service.cpuSeconds();
  const overload = await sendFor(OVERLOAD_MS, FAST_CLIENTS, request);
  const cpuOverload = service.cpuSeconds() - startedCpu;
  const { worstMs, failed, peakMb } = await probe.stop();
  const open = others.idle.filter((socket) => !socket.destroyed).length;
  const ended = others.slow.filter((socket) => socket.destroyed).length;
  for (const socket of [...others.idle, ...others.slow]) socket.destroy();
  await service.stop();

  const capacity = (alone.taken * BATCH) / (ALONE_MS / 1_000);
  const goodput = (overload.taken * BATCH) / (OVERLOAD_MS / 1_000);
  const perCpu = overload.taken / cpuOverload / (alone.taken / cpuAlone);
  printTable([
    [`${FAST_CLIENTS} fast, ${SLOW_CLIENTS} slow, ${IDLE_CONNECTIONS} idle connections`, 'asked', 'measured'],
    [`capacity, ${ENOUGH_CLIENTS} clients alone`, '', `${thousands(capacity)} events/s`],
    ['goodput ÷ capacity', `≥ ${LEAST_GOODPUT}`, (goodput / capacity).toFixed(2)],
    ['the same for each second of CPU that the service got', '', perCpu.toFixed(2)],
    ['answers: 200, 503, broken', '', `${overload.taken}, ${overload.refused}, ${overload.broken}`],
    ['RSS', `≤ ${MOST_MB} MB`, `${peakMb.toFixed(0)} MB`],
    ['slowest /livez', `≤ ${SLOWEST_LIVEZ_MS} ms`, `${worstMs.toFixed(0)} ms`],
    ['slow uploads ended', `${SLOW_CLIENTS / 2}`, String(ended)],
    ['idle connections still open', String(IDLE_CONNECTIONS), String(open)],
  ]);
  const isWhole = failed === 0 && overload.broken === 0 && open === IDLE_CONNECTIONS && ended === SLOW_CLIENTS / 2;
  return isWhole && goodput / capacity >= LEAST_GOODPUT && peakMb <= MOST_MB && worstMs <= SLOWEST_LIVEZ_MS;
}

function headOf(length: number): string {
  const head = ['POST /v1/ingest HTTP/1.1', 'Host: 127.0.0.1', 'Content-Type: application/json'];
  return `${[...head, `Content-Length: ${length}`].join('\r\n')}\r\n\r\n`;
}

function requestOf(body: string): Buffer {
  return Buffer.from(headOf(Buffer.byteLength(body)) + body);
}

async function open(): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port: PORT, noDelay: true });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

async function openOthers(): Promise<{ idle: Socket[]; slow: Socket[] }> {
  const idle: Socket[] = [];
  for (let i = 0; i < IDLE_CONNECTIONS; i += 100)
    idle.push(...(await Promise.all(Array.from({ length: 100 }, () => open()))));
  const slow = await Promise.all(Array.from({ length: SLOW_CLIENTS }, (_, i) => openSlow(i % 2 === 0)));
  return { idle, slow };
}

async function openSlow(isStalled: boolean): Promise<Socket> {
  const socket = await open();
  socket.resume();
  socket.write(`${headOf(1_000_000)}[`);
  if (isStalled) return socket;
  const timer = setInterval(() => socket.write(' '.repeat(1_500)), 1_000);
  socket.once('close', () => clearInterval(timer));
  return socket;
}

/** Clients that send one batch after the other, each on a connection of its own. A refused one waits as long as it is told to. */
async function sendFor(ms: number, clients: number, request: Buffer): Promise<Tally> {
  const tally: Tally = { taken: 0, refused: 0, broken: 0 };
  const untilMs = performance.now() + ms;
  await Promise.all(
    Array.from({ length: clients }, async () => {
      let socket = await open();
      while (performance.now() < untilMs) {
        const answer = await exchange(socket, request, untilMs + LONGEST_WAIT_MS);
        if (answer === 'late') break;
        if (answer === 200) tally.taken++;
        else if (answer === 503) tally.refused++;
        else tally.broken++;
        if (socket.destroyed) socket = await open();
        if (answer !== 200) await delay(Math.min(LONGEST_WAIT_MS, Math.max(0, untilMs - performance.now())));
      }
      socket.destroy();
    }),
  );
  return tally;
}

/** @returns the status; 0 when the connection broke; `late` when the time is over */
function exchange(socket: Socket, request: Buffer, untilMs: number): Promise<number | 'late'> {
  return new Promise((resolve) => {
    let answer = '';
    const settle = (outcome: number | 'late'): void => {
      clearTimeout(timer);
      socket.off('data', onData).off('close', onClose);
      if (/^connection: close/im.test(answer)) socket.destroy();
      resolve(outcome);
    };
    const timer = setTimeout(() => settle('late'), Math.max(0, untilMs - performance.now()));
    const onClose = (): void => settle(0);
    const onData = (chunk: Buffer): void => {
      answer += chunk.toString('latin1');
      const head = answer.indexOf('\r\n\r\n');
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(answer)?.[1]);
      if (head >= 0 && answer.length >= head + 4 + length) settle(Number(answer.slice(9, 12)));
    };
    socket.on('data', onData).on('close', onClose);
    socket.write(request);
  });
}
