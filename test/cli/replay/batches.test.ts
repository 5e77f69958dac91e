import { describe, expect, test } from 'vitest';
import { cutBatches } from '../../../src/cli/replay/batches.ts';
import { batchKey } from '../../../src/cli/replay/plan.ts';
import type { ReplayEvent } from '../../../src/cli/replay/read/events.ts';
import type { SkippedLine } from '../../../src/cli/replay/read/record.ts';
import { AcknowledgedLines } from '../../../src/cli/replay/state.ts';

type Item = ReplayEvent | SkippedLine;
const at = (line: number, tsMs?: number): ReplayEvent => ({ line, json: '{}', tsMs });
const broken = (line: number): SkippedLine => ({ line, code: 'not_json', message: '' });

async function* lists(items: Item[], size: number): AsyncGenerator<Item[]> {
  for (let i = 0; i < items.length; i += size) yield items.slice(i, i + size);
}

async function cut(items: Item[], rules: { batchEvents: number; speed?: number }, listSize = 3) {
  const skipped: number[] = [];
  const batches = [];
  const all = { speed: undefined, ...rules };
  for await (const batch of cutBatches(lists(items, listSize), all, ({ line }) => skipped.push(line)))
    batches.push(batch);
  return { skipped, ranges: batches.map(({ firstLine, lastLine, events }) => [firstLine, lastLine, events.length]) };
}

describe('cutBatches', () => {
  test('batches have no gap between their lines; skipped lines belong to the next batch', async () => {
    const items = [at(1), broken(2), at(3), at(4), broken(5), broken(6), at(9)];
    const { ranges, skipped } = await cut(items, { batchEvents: 2 });
    expect(ranges).toEqual([
      [1, 3, 2],
      [4, 9, 2],
    ]);
    expect(skipped).toEqual([2, 5, 6]);
  });

  test('batches do not depend on how the file is read', async () => {
    const items = Array.from({ length: 50 }, (_, i) => at(i + 1, i * 700));
    const rules = { batchEvents: 7, speed: 3 };
    expect((await cut(items, rules, 1)).ranges).toEqual((await cut(items, rules, 50)).ranges);
  });

  test('at speed 10, ten seconds of the file are a batch; late events are in the current batch', async () => {
    const times = [0, 5_000, 9_999, 10_000, 3_000, undefined, 25_000];
    const { ranges } = await cut(
      times.map((ms, i) => at(i + 1, ms)),
      { batchEvents: 100, speed: 10 },
    );
    expect(ranges.map(([, , n]) => n)).toEqual([3, 3, 1]);
  });

  test('a batch stays far below the limit of the service', async () => {
    const big = Array.from({ length: 5 }, (_, i) => ({ ...at(i + 1), json: 'x'.repeat(1024 * 1024) }));
    expect((await cut(big, { batchEvents: 1_000 })).ranges.map(([, , n]) => n)).toEqual([3, 2]);
  });
});

test('lines are acknowledged up to the first gap', () => {
  const lines = new AcknowledgedLines(10);
  lines.add({ firstLine: 21, lastLine: 30 });
  expect(lines.lastLine).toBe(10);
  lines.add({ firstLine: 11, lastLine: 20 });
  expect(lines.lastLine).toBe(30);
});

test('the key of a batch depends on its file, its lines and its shift', () => {
  const keys = [batchKey('a', 0, 1, 10), batchKey('b', 0, 1, 10), batchKey('a', 5, 1, 10), batchKey('a', 0, 1, 11)];
  expect(new Set(keys).size).toBe(4);
  expect(batchKey('a', 0, 1, 10)).toBe(keys[0]);
  expect(keys[0]).toMatch(/^replay-[0-9a-f]{40}$/);
});
