import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, inject, it } from 'vitest';
import { startApp } from '../../src/app.ts';
import { readConfig } from '../../src/config/config.ts';
import { systemClock } from '../../src/core/time/clock.ts';
import { profiledEvents, RetryingClient, storedNumbers } from './client.ts';
import { isolate } from './isolated.ts';

/** Stands before a Postgres server and can be cut, as a server that stops looks to its clients. */
class Wire {
  readonly #sockets = new Set<Socket>();
  readonly #server;
  #port = 0;

  constructor(target: URL) {
    const { port, hostname } = target;
    this.#server = createServer((socket) => {
      const upstream = connect(Number(port || 5432), hostname);
      for (const end of [socket, upstream]) {
        this.#sockets.add(end);
        end.on('error', () => {});
        end.on('close', () => this.#sockets.delete(end));
      }
      socket.on('close', () => upstream.destroy());
      upstream.on('close', () => socket.destroy());
      socket.pipe(upstream).pipe(socket);
    });
  }

  async restore(): Promise<number> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
    return this.#port;
  }

  async cut(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

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
