import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { seededRng } from '../../src/core/stats/rng.ts';
import { profiledEvents, RetryingClient, storedNumbers } from './client.ts';
import { type Isolated, isolate } from './isolated.ts';

const KILLS = 10;
const CLIENTS = 4;
const BATCH = 20;

interface Running {
  readonly child: ChildProcess;
  readonly url: string;
}

async function start({ env }: Isolated): Promise<Running> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts'], {
    env: { ...process.env, ...env, LOG_LEVEL: 'info' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    const url = /"url":"(http:\/\/[^"]+)"/.exec(line)?.[1];
    if (url === undefined) continue;
    child.stdout?.resume();
    return { child, url };
  }
  throw new Error(`the service ended with code ${child.exitCode}`);
}

async function kill({ child }: Running): Promise<void> {
  if (child.exitCode !== null) throw new Error(`the service ended by itself with code ${child.exitCode}`);
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

it('killed ten times while four clients send: nothing acknowledged is lost, nothing is stored twice', async () => {
  const place = await isolate();
  const rng = seededRng(`kill ${place.databaseUrl === undefined ? 'embedded' : 'postgres'}`);
  let running = start(place);
  const clients = Array.from(
    { length: CLIENTS },
    (_, c) => new RetryingClient(`client-${c}`, async () => (await running).url),
  );
  const acknowledged = (): number => clients.reduce((sum, client) => sum + client.acknowledged.length, 0);
  let wake: () => void = () => {};
  let isDone = false;
  const sending = clients.map(async (client, c) => {
    for (let next = 0; !isDone; next += BATCH) {
      await client.send(Array.from({ length: BATCH }, (_, i) => c * 1_000_000 + next + i));
      wake();
    }
  });
  for (let round = 0; round < KILLS; round++) {
    const enough = acknowledged() + BATCH * (2 + Math.floor(rng.next() * 30));
    while (acknowledged() < enough) await new Promise<void>((resolve) => (wake = resolve));
    // Some turns of the event loop more, so that the kill falls anywhere between a request and its answer.
    for (let turn = Math.floor(rng.next() * 40); turn > 0; turn--)
      await new Promise<void>((resolve) => setImmediate(resolve));
    const victim = await running;
    // The clients wait for the next one from here on.
    running = kill(victim).then(() => start(place));
    await running;
  }
  isDone = true;
  await Promise.all(sending);
  const { url } = await running;
  const expected = clients.flatMap((client) => client.acknowledged).sort((a, b) => a - b);
  expect((await storedNumbers(url)).sort((a, b) => a - b)).toEqual(expected);
  expect(await profiledEvents(url)).toBe(expected.length);
  expect(clients.reduce((sum, client) => sum + client.refused, 0)).toBeGreaterThanOrEqual(KILLS);
  await kill(await running);
  await place.remove();
});
