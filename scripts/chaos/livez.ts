import { Agent, get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

// Asks `/livez` of the address in CHAOS_URL until its parent says stop, and gives it the times of the answers, null for those that failed.

const GAP_MS = 10;
const WAITED_MS = 10_000;

const agent = new Agent({ keepAlive: true });
const url = `${process.env.CHAOS_URL}/livez`;

function ask(): Promise<number | null> {
  const startedMs = performance.now();
  return new Promise((resolve) => {
    const request = get(url, { agent, timeout: WAITED_MS }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode === 200 ? performance.now() - startedMs : null));
    });
    request.on('error', () => resolve(null)).on('timeout', () => request.destroy());
  });
}

const times: (number | null)[] = [];
let isStopped = false;
process.once('message', () => {
  isStopped = true;
});
process.once('disconnect', () => process.exit());
await ask();
process.send?.('ready');
for (; !isStopped; await delay(GAP_MS)) times.push(await ask());
process.send?.(times, () => process.exit());
