import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect } from 'vitest';
import { seededRng } from '../../../src/core/stats/rng.ts';
import { MINUTE_MS } from '../../../src/core/time/window.ts';
import { makeTemporaryDirectory, withDatabase } from '../../database.ts';
import { NOW, openService, type Service } from '../service.ts';

export interface Stream {
  readonly service: string;
  readonly endpoint: string;
}

export function newStream(): Stream {
  return { service: `payments-${randomUUID()}`, endpoint: 'POST /v2/payments' };
}

/** Events of the ten minutes before a moment; the amount is around `mean`. */
export function eventsOf(stream: Stream, count: number, untilMs: number, mean: number): object[] {
  const rng = seededRng(`${stream.service} ${untilMs}`);
  return Array.from({ length: count }, (_, i) => ({
    ts: new Date(untilMs - 10 * MINUTE_MS + Math.floor((i * 10 * MINUTE_MS) / count)).toISOString(),
    ...stream,
    request: {
      body: { amount: mean + 40 * (rng.next() + rng.next() - 1), currency: rng.next() < 0.6 ? 'USD' : 'CAD' },
    },
    response: { status: 200, duration_ms: 700 + 200 * rng.next() },
  }));
}

export async function send(app: FastifyInstance, events: readonly object[]): Promise<void> {
  const answer = await app.inject({ method: 'POST', url: '/v1/ingest', payload: events as object[] });
  expect(answer.json()).toMatchObject({ accepted: events.length, rejected: 0 });
}

/** On one database for the file: opens the service, and the service with a stream that has 400 events in the ten minutes before now. */
export function withStreams() {
  const database = withDatabase();
  let directory: string;
  beforeAll(async () => {
    directory = await makeTemporaryDirectory();
  });
  afterAll(() => rm(directory, { recursive: true }));
  const open = (env: Readonly<Record<string, string>> = {}): Service =>
    openService(database(), { BASELINES_DIR: directory, ...env });
  const openStream = async () => {
    const stream = newStream();
    const service = open();
    const events = eventsOf(stream, 400, NOW, 100);
    await send(service.app, events);
    return { ...service, stream, events };
  };
  return { open, openStream, directory: () => directory };
}

export const build = (app: FastifyInstance, body: object) =>
  app.inject({ method: 'POST', url: '/v1/baselines', payload: body });
