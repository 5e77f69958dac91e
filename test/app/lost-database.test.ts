import { expect, inject, it, vi } from 'vitest';
import { startApp } from '../../src/app.ts';
import { readConfig } from '../../src/config/config.ts';
import { systemClock } from '../../src/core/time/clock.ts';
import { PATIENCE } from '../patience.ts';
import { profiledEvents, RetryingClient, storedNumbers } from './client.ts';
import { isolate } from './isolated.ts';
import { Wire } from './wire.ts';

it.runIf(inject('testDatabase').databaseUrl !== undefined)(
  'the database goes and comes back under load: 503 with Retry-After, the same process, nothing lost',
  async () => {
    const place = await isolate();
    const target = new URL(place.databaseUrl ?? '');
    const wire = new Wire(target);
    target.host = `127.0.0.1:${await wire.restore()}`;
    const app = await startApp(readConfig({ ...place.env, DATABASE_URL: target.href }), systemClock);
    const clients = Array.from({ length: 4 }, (_, c) => new RetryingClient(`wire-${c}`, async () => app.url));
    const refusals: Response[] = [];
    const batch = (c: number, from: number): number[] => Array.from({ length: 10 }, (_, i) => c * 100_000 + from + i);
    for (let round = 0; round < 3; round++) {
      const sending = clients.map(async (client, c) => {
        for (let b = 0; b < 20; b++)
          await client.send(batch(c, round * 1000 + b * 10), (answer) => refusals.push(answer));
      });
      await clients[0]?.send(batch(9, round * 1000));
      await wire.cut();
      const readiness = await fetch(`${app.url}/readyz`);
      expect([readiness.status, (await fetch(`${app.url}/livez`)).status]).toEqual([503, 200]);
      await wire.restore();
      await Promise.all(sending);
    }
    expect(refusals.length).toBeGreaterThan(0);
    for (const refusal of refusals) {
      expect([refusal.status, refusal.headers.get('content-type')]).toEqual([503, 'application/problem+json']);
      expect(Number(refusal.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    const expected = clients.flatMap((client) => client.acknowledged).sort((a, b) => a - b);
    expect(expected).toHaveLength(3 * (4 * 200 + 10));
    expect((await storedNumbers(app.url)).sort((a, b) => a - b)).toEqual(expected);
    expect(await profiledEvents(app.url)).toBe(expected.length);
    await app.stop();
    await wire.cut();
    await place.remove();
  },
);

const FREEZES = [
  ['half-open: what is open is dead, and what is new passes', 'open'],
  ['deaf, as when its process is stopped: nothing is answered', 'all'],
] as const;

it.runIf(inject('testDatabase').databaseUrl !== undefined).each(FREEZES)(
  'a connection to the database is %s: 503 with Retry-After, /readyz says so, nothing lost or stored twice',
  async (_, frozen) => {
    const place = await isolate();
    const target = new URL(place.databaseUrl ?? '');
    const wire = new Wire(target);
    target.host = `127.0.0.1:${await wire.restore()}`;
    const app = await startApp(readConfig({ ...place.env, DATABASE_URL: target.href }), systemClock);
    const clients = Array.from({ length: 4 }, (_, c) => new RetryingClient(`frozen-${c}`, async () => app.url));
    const refusals: Response[] = [];
    const batch = (c: number, from: number): number[] => Array.from({ length: 10 }, (_, i) => c * 100_000 + from + i);
    for (let round = 0; round < 2; round++) {
      const sending = clients.map(async (client, c) => {
        for (let b = 0; b < 20; b++)
          await client.send(batch(c, round * 1000 + b * 10), (answer) => refusals.push(answer));
      });
      await clients[0]?.send(batch(9, round * 1000));
      wire.freeze(frozen);
      const unready = await waitForReadiness(app.url, 503);
      expect(unready).toMatchObject({ code: 'database_unavailable', detail: expect.stringMatching(/answer/) });
      expect((await fetch(`${app.url}/livez`)).status).toBe(200);
      const refused = refusals.length;
      // A dead connection that is dropped is replaced while the others are still dead.
      if (frozen === 'open') await waitForReadiness(app.url, 200);
      else await vi.waitUntil(() => refusals.length > refused, PATIENCE);
      wire.thaw();
      await Promise.all(sending);
      await waitForReadiness(app.url, 200);
    }
    expect(refusals.length).toBeGreaterThan(0);
    for (const refusal of refusals) {
      expect([refusal.status, refusal.headers.get('content-type')]).toEqual([503, 'application/problem+json']);
      expect(Number(refusal.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    const expected = clients.flatMap((client) => client.acknowledged).sort((a, b) => a - b);
    expect(expected).toHaveLength(2 * (4 * 200 + 10));
    expect((await storedNumbers(app.url)).sort((a, b) => a - b)).toEqual(expected);
    expect(await profiledEvents(app.url)).toBe(expected.length);
    await app.stop();
    await wire.cut();
    await place.remove();
  },
);

/** Asks until it is so, and returns what was answered. */
async function waitForReadiness(url: string, status: number): Promise<unknown> {
  return vi.waitUntil(async () => {
    const answer = await fetch(`${url}/readyz`);
    const body: unknown = await answer.json();
    return answer.status === status && body;
  }, PATIENCE);
}
