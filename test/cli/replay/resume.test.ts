import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { waitMs } from '../../../src/cli/replay/deliver.ts';
import { event, file, lines, replay, setUpReplay, startService } from './harness.ts';

setUpReplay();

describe('keys, resume and retries', () => {
  test('sending a file twice sends the same keys, so that its events are stored once', async () => {
    const service = await startService();
    const path = await file('e.ndjson', lines(30));
    await replay(path, '--batch', '10');
    const { output } = await replay(path, '--batch', '10');
    expect(service.events()).toHaveLength(30);
    expect(output).toMatch(/30 of them had been sent before/);
  });

  test('other options give other keys', async () => {
    const service = await startService();
    const path = await file('e.ndjson', '{"ts":1,"service":"s"}');
    await replay(path, '--endpoint', 'a');
    await replay(path, '--endpoint', 'b');
    expect(service.events().map(({ endpoint }) => endpoint)).toEqual(['a', 'b']);
  });

  test('a file of the same size with another content gives other keys', async () => {
    const service = await startService();
    await replay(await file('e.ndjson', event(1)));
    await replay(await file('e.ndjson', event(2)));
    expect(service.events().map(({ n }) => n)).toEqual([1, 2]);
  });

  test('resumes after the last answered line, with the same batches and the same shift', async () => {
    const service = await startService((_, call) =>
      call === 4 ? { status: 403, body: { detail: 'the key was revoked' } } : undefined,
    );
    const path = await file('e.ndjson', lines(95));
    const options = ['--batch', '10', '--connections', '1', '--shift-to', '2026-02-01T00:00:00Z'];
    const first = await replay(path, ...options);
    expect(first.code).toBe(2);
    expect(first.errors).toMatch(/the key was revoked/);
    expect(JSON.parse(await readFile(`${path}.replay.json`, 'utf8'))).toMatchObject({ lastLine: 30 });

    const second = await replay(path, '--batch', '10', '--connections', '1', '--resume');
    expect(second.code).toBe(0);
    expect(second.errors).toMatch(/continuing after line 30/);
    expect(service.batches).toHaveLength(4 + 7);
    expect(service.batches[4]?.headers['idempotency-key']).toBe(service.batches[3]?.headers['idempotency-key']);
    expect(service.batches[4]?.body).toBe(service.batches[3]?.body);
    expect(service.events().map(({ n }) => n)).toEqual(Array.from({ length: 95 }, (_, i) => i));
    await expect(readFile(`${path}.replay.json`)).rejects.toThrow(/ENOENT/);
  });

  test('does not resume with another service or other options', async () => {
    await startService((_, call) => (call === 2 ? { status: 403, body: { detail: 'no' } } : undefined));
    const path = await file('e.ndjson', lines(30));
    await replay(path, '--batch', '10', '--connections', '1');
    const other = await replay(path, '--batch', '20', '--resume');
    expect(other.errors).toMatch(/belongs to another file, or to other options/);
    const otherService = await startService();
    expect((await replay(path, '--batch', '10', '--resume')).errors).toMatch(/belongs to a replay to http/);
    expect(otherService.batches).toHaveLength(0);
  });

  test('retries with the same key when the service is busy', async () => {
    const service = await startService((_, call) =>
      call <= 2
        ? { status: call === 1 ? 503 : 429, headers: { 'retry-after': '0' }, body: { detail: 'busy' } }
        : undefined,
    );
    const { code, output } = await replay(await file('e.ndjson', lines(5)));
    expect(code).toBe(0);
    expect(output).toMatch(/5 accepted/);
    expect(new Set(service.batches.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
    expect(service.batches).toHaveLength(3);
  });

  test('retries after a broken connection', async () => {
    const service = await startService((_, call) => (call === 1 ? 'hang up' : undefined));
    const { code, output } = await replay(await file('e.ndjson', lines(5)));
    expect(code).toBe(0);
    expect(output).toMatch(/5 accepted/);
    expect(service.batches).toHaveLength(2);
  });

  test('splits a batch that is too large, and refuses only the event that is too large', async () => {
    const service = await startService((events) =>
      events.length > 2 || events.some(({ n }) => n === 3)
        ? { status: 413, body: { code: 'too_large', detail: 'too large' } }
        : undefined,
    );
    const { output } = await replay(await file('e.ndjson', lines(8)), '--connections', '1');
    expect(service.events().map(({ n }) => n)).toEqual([0, 1, 2, 4, 5, 6, 7]);
    expect(output).toMatch(/too_large\s+1\s+first at line 4/);
  });
});

test('waitMs: as long as the service asks, otherwise twice as long each time, at most 15 s', () => {
  expect([1, 2, 3, 9].map((attempt) => waitMs(attempt, undefined))).toEqual([500, 1000, 2000, 15_000]);
  expect(waitMs(1, 2_000)).toBe(2000);
  expect(waitMs(3, 0)).toBe(0);
  expect(waitMs(1, 3_600_000)).toBe(15_000);
});
