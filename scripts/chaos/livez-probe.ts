import { setTimeout as delay } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';

// Asks `/livez` until its parent says stop; then says how many milliseconds the slowest answer took.

const { url } = workerData as { url: string };
const PROBE_MS = 100;
let isDone = false;
let slowestMs = 0;
parentPort?.once('message', () => {
  isDone = true;
});
while (!isDone) {
  const sentMs = performance.now();
  await (await fetch(`${url}/livez`)).arrayBuffer();
  slowestMs = Math.max(slowestMs, performance.now() - sentMs);
  await delay(PROBE_MS);
}
parentPort?.postMessage(slowestMs);
