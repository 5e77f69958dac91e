import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { drawNormal } from '../../src/core/stats/draw-normal.ts';
import { type Rng, seededRng } from '../../src/core/stats/rng.ts';

const ROWS_PER_WRITE = 20_000;
const COUNTRIES = ['DE', 'FR', 'US', 'GB', 'ES', 'IT', 'NL', 'PL'];
const PLANS = ['free', 'basic', 'pro', 'team', 'enterprise'];
const COLUMNS = ['amount', 'age', 'score', 'latency_ms', 'balance', 'ratio', 'country', 'device', 'plan', 'city'];

/** Writes a table of six numeric and four categorical columns; `shift` changes the score and the share of one device. */
export async function writeTable(path: string, rows: number, seed: string, shift: number): Promise<void> {
  const rng = seededRng(seed);
  const file = createWriteStream(path);
  file.write(`${COLUMNS.join(',')}\n`);
  for (let written = 0; written < rows; written += ROWS_PER_WRITE) {
    const lines = Array.from({ length: Math.min(ROWS_PER_WRITE, rows - written) }, () => rowOf(rng, shift));
    if (!file.write(`${lines.join('\n')}\n`)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'finish');
}

function rowOf(rng: Rng, shift: number): string {
  const pick = (names: readonly string[], power: number) =>
    names[Math.floor(names.length * rng.next() ** power)] as string;
  const device = rng.next() < 0.4 + shift / 2 ? 'ios' : rng.next() < 0.6 ? 'android' : 'web';
  return [
    Math.exp(3 + drawNormal(rng)).toFixed(2),
    18 + Math.floor(72 * rng.next()),
    (drawNormal(rng) + shift).toFixed(6),
    (-50 * Math.log((1 - rng.next()) * (1 - rng.next()))).toFixed(3),
    (1000 + 300 * drawNormal(rng)).toFixed(2),
    rng.next().toFixed(5),
    pick(COUNTRIES, 1.5),
    device,
    pick(PLANS, 1),
    `city${Math.floor(300 * rng.next() ** 4)}`,
  ].join(',');
}
