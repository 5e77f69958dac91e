import { schedule, setLogger } from 'node-cron';
import type { Logger } from 'pino';
import { describeError } from '../../core/format/describe-error.ts';

/** Something that a process does again and again. */
export interface Job {
  readonly name: string;
  /** A cron expression with seconds, in the time zone of the process. */
  readonly cron: string;
  work(): Promise<unknown>;
}

/** Runs each job when it is due, but not while its last run goes on. One that fails is logged. Returns what stops them all. */
export function startJobs(jobs: readonly Job[], log: Logger): () => Promise<void> {
  useLog(log);
  const tasks = jobs.map((job) => schedule(job.cron, () => runJob(job, log), { name: job.name, noOverlap: true }));
  return async () => {
    await Promise.all(tasks.map((task) => task.stop()));
  };
}

async function runJob({ name, work }: Job, log: Logger): Promise<void> {
  try {
    await work();
  } catch (error) {
    log.warn({ err: describeError(error), job: name }, 'a job failed; it is tried again when it is next due');
  }
}

/** node-cron's own words go where all others go, and never with an error's parameters. */
function useLog(log: Logger): void {
  setLogger({
    info: (message) => log.debug(message),
    warn: (message) => log.warn(message),
    error: (message) => log.error({ err: describeError(message) }, 'node-cron'),
    debug: () => {},
  });
}
