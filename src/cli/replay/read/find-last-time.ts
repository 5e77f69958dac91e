import type { Clock } from '../../../core/time/clock.ts';
import { Progress } from '../../output/progress.ts';
import type { Terminal } from '../../terminal.ts';
import type { ReplayPlan } from '../plan.ts';
import { readEvents } from './events.ts';
import { openFile } from './lines.ts';

/** Reads the whole file to find the time of its last event; undefined when no event has a time. */
export async function findLastTime(plan: ReplayPlan, terminal: Terminal, clock: Clock): Promise<number | undefined> {
  const file = await openFile(plan.path);
  const progress = new Progress(terminal, clock);
  let lastMs: number | undefined;
  for await (const list of readEvents(plan, file.chunks, 0)) {
    for (const item of list) {
      if ('tsMs' in item && item.tsMs !== undefined) lastMs = Math.max(lastMs ?? item.tsMs, item.tsMs);
    }
    progress.update(file.bytesRead() / plan.sizeBytes, 'looking for the last event');
  }
  progress.clear();
  return lastMs;
}
