import pino from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Job, startJobs } from '../../../src/runtime/workers/start-jobs.ts';

const START = new Date(2026, 2, 1, 12);

beforeEach(() => {
  vi.useFakeTimers({ now: START });
});

afterEach(() => {
  vi.useRealTimers();
});

function start(...works: Job['work'][]) {
  const logged: string[] = [];
  const log = pino({ base: null }, { write: (line) => void logged.push(line) });
  const jobs = works.map((work, i) => ({ name: `job ${i}`, cron: '* * * * * *', work }));
  return { logged, stop: startJobs(jobs, log) };
}

it('runs each job when it is due, until all are stopped', async () => {
  const runs: string[] = [];
  const { stop } = start(
    async () => runs.push('a'),
    async () => runs.push('b'),
  );
  await vi.advanceTimersByTimeAsync(2_000);
  expect(runs).toEqual(['a', 'b', 'a', 'b']);
  await stop();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(runs).toHaveLength(4);
});

it('does not start a job while its last run goes on', async () => {
  let runs = 0;
  let end = () => {};
  const { stop } = start(() => {
    runs++;
    return new Promise<void>((resolve) => {
      end = resolve;
    });
  });
  await vi.advanceTimersByTimeAsync(3_000);
  expect(runs).toBe(1);
  end();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(runs).toBe(2);
  end();
  await stop();
});

it('logs a job that fails, and runs it again', async () => {
  let runs = 0;
  const { logged, stop } = start(async () => {
    runs++;
    throw new Error('the database is away');
  });
  await vi.advanceTimersByTimeAsync(2_000);
  await stop();
  expect(runs).toBe(2);
  expect(JSON.parse(logged[0] ?? '')).toMatchObject({
    job: 'job 0',
    err: { message: 'the database is away' },
    msg: 'a job failed; it is tried again when it is next due',
  });
});
