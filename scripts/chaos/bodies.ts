import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Database } from '../../src/store/database.ts';
import { printTable } from '../bench/figures.ts';
import type { BenchDatabase } from '../bench/postgres.ts';
import { type BenchService, startService } from '../bench/service.ts';
import { Probe } from './probe.ts';

const PORT = 18_475;
const MIB = 1024 * 1024;
const MOST_MB = 512;
const SLOWEST_LIVEZ_MS = 200;
const BOMBS = 60;
const LARGE_BATCHES = 40;
const STALLED = 4;
const LONGEST_MS = 60_000;

interface Body {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
}

const JSON_TYPE = { 'content-type': 'application/json' };
const GZIP = { ...JSON_TYPE, 'content-encoding': 'gzip' };

/** One event of five million empty lists: 15 kB gzipped, 15 MB unpacked, 800 MB if it were built. */
function eventBomb(): Body {
  const event = `{"ts":${Date.now()},"service":"chaos","endpoint":"POST /","a":[${'[],'.repeat(5_000_000)}[]]}`;
  return { path: '/v1/ingest', headers: GZIP, bytes: gzipSync(`[${event}]`) };
}

/** Half a megabyte, which is parsed at once. */
function deepBomb(): Body {
  const half = 250_000;
  return { path: '/v1/ingest', headers: GZIP, bytes: gzipSync(`[${'['.repeat(half)}${']'.repeat(half)}]`) };
}

function tableBomb(): Body {
  const rows = `[${'[],'.repeat(6_000_000)}[]]`;
  return {
    path: '/detect-drift',
    headers: GZIP,
    bytes: gzipSync(`{"reference_data":${rows},"production_data":[{"a":1}]}`),
  };
}

/** Ten thousand columns, in a file of a form. */
function wideBomb(): Body {
  const names = Array.from({ length: 10_000 }, (_, i) => `c${i}`).join(',');
  const table = gzipSync(`${names}\n${'1,'.repeat(9_999)}1\n`.repeat(1));
  return form([
    ['reference', table],
    ['production', table],
  ]);
}

/** One line of eight megabytes of empty lists, in a file of a form. */
function lineBomb(): Body {
  const table = gzipSync(`{"a":[${'[],'.repeat(2_600_000)}[]]}\n`);
  return form([
    ['reference', table],
    ['production', table],
  ]);
}

function form(files: readonly (readonly [string, Buffer])[]): Body {
  const parts = files.flatMap(([name, content]) => [
    Buffer.from(`--chaos\r\nContent-Disposition: form-data; name="${name}"; filename="${name}.csv"\r\n\r\n`),
    content,
    Buffer.from('\r\n'),
  ]);
  return {
    path: '/detect-drift',
    headers: { 'content-type': 'multipart/form-data; boundary=chaos' },
    bytes: Buffer.concat([...parts, Buffer.from('--chaos--\r\n')]),
  };
}

/** 10,000 events of 20 features: as long as a body may be. */
function largeBatch(): Body {
  const values = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`feature_${i}`, i * 1.25]));
  const event = { ts: Date.now(), service: 'chaos', endpoint: 'POST /large', values, note: '' };
  const length = Math.floor((16 * MIB - 2) / 10_000) - 1;
  event.note = 'x'.repeat(length - JSON.stringify(event).length);
  return { path: '/v1/ingest', headers: JSON_TYPE, bytes: Buffer.from(JSON.stringify(Array(10_000).fill(event))) };
}

/** @returns the status; 0 when the connection broke */
function send(url: string, { path, headers, bytes }: Body): Promise<number> {
  return new Promise((resolve) => {
    const sent = request(url + path, { method: 'POST', agent: false, headers }, (answer) => {
      answer.resume().on('close', () => resolve(answer.statusCode ?? 0));
    });
    sent.on('error', () => resolve(0)).end(bytes);
  });
}

async function sendUntilTaken(url: string, body: Body, untilMs: number): Promise<number> {
  for (;;) {
    const status = await send(url, body);
    if (status === 200 || performance.now() > untilMs) return status;
    await delay(1_000);
  }
}

/** Hostile and heavy bodies at once: the service stays alive, small and quick, and goes on. */
export async function chaosBodies(_db: Database, database: BenchDatabase): Promise<boolean> {
  const service = await startService({ port: PORT, databaseUrl: database.url, env: { AUTH: 'off' } });
  const rows = [['', 'statuses', `RSS ≤ ${MOST_MB} MB`, `/livez ≤ ${SLOWEST_LIVEZ_MS} ms`, 'seconds']];
  let isPassed = true;
  const attack = async (name: string, strike: () => Promise<readonly number[]>, expected: readonly number[]) => {
    const probe = await Probe.start(service.url, service.pid);
    const startedMs = performance.now();
    const statuses = await strike();
    const seconds = (performance.now() - startedMs) / 1_000;
    const { worstMs, failed, peakMb } = await probe.stop();
    rows.push([name, countsOf(statuses), peakMb.toFixed(0), worstMs.toFixed(0), seconds.toFixed(1)]);
    const isExpected = statuses.every((status) => expected.includes(status));
    isPassed &&= isExpected && failed === 0 && peakMb <= MOST_MB && worstMs <= SLOWEST_LIVEZ_MS;
  };
  const sixty = (body: Body) => () => Promise.all(Array.from({ length: BOMBS }, () => send(service.url, body)));
  await attack(`${BOMBS} events of 5,000,000 [], 15 kB each`, sixty(eventBomb()), [400, 503]);
  await attack(`${BOMBS} lists nested 250,000 deep`, sixty(deepBomb()), [400, 503]);
  await attack(`${BOMBS} tables of 6,000,000 []`, sixty(tableBomb()), [400, 503]);
  await attack(`${BOMBS} forms of 10,000 columns`, sixty(wideBomb()), [200, 503]);
  await attack(`${BOMBS} forms of one line of 8 MB`, sixty(lineBomb()), [400, 503]);
  await attack(`${STALLED} stalled uploads, and 20 batches`, () => sendBesideStalled(service), [200]);
  const large = largeBatch();
  const sendLarge = () => {
    const untilMs = performance.now() + LONGEST_MS;
    return Promise.all(Array.from({ length: LARGE_BATCHES }, () => sendUntilTaken(service.url, large, untilMs)));
  };
  await attack(`${LARGE_BATCHES} batches of 16 MiB, until taken`, sendLarge, [200]);
  await service.stop();
  printTable(rows);
  return isPassed;
}

async function sendBesideStalled(service: BenchService): Promise<number[]> {
  const stalled = Array.from({ length: STALLED }, () => stall(service.url));
  await delay(200);
  const event = { ts: Date.now(), service: 'chaos', endpoint: 'POST /beside', n: 1 };
  const small = { path: '/v1/ingest', headers: JSON_TYPE, bytes: Buffer.from(JSON.stringify([event])) };
  const statuses: number[] = [];
  for (let i = 0; i < 20; i++) statuses.push(await send(service.url, small));
  for (const socket of stalled) socket.destroy();
  return statuses;
}

/** An upload that says 16 MiB and sends one byte. */
function stall(url: string): Socket {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const head = ['POST /v1/ingest HTTP/1.1', 'Host: 127.0.0.1', 'Content-Type: application/json'];
  socket.write(`${[...head, `Content-Length: ${16 * MIB}`].join('\r\n')}\r\n\r\n[`);
  return socket.on('error', () => undefined);
}

function countsOf(statuses: readonly number[]): string {
  const counts = new Map<number, number>();
  for (const status of statuses) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts].map(([status, count]) => `${count} × ${status}`).join(', ');
}
