import { stat } from 'node:fs/promises';
import { count } from '../../core/format/amounts.ts';
import type { Clock } from '../../core/time/clock.ts';
import type { Terminal } from '../terminal.ts';
import { Progress } from './progress.ts';

/** Smaller files are read so fast that a bar is not useful. */
const MIN_SHOWN_BYTES = 16 * 1024 * 1024;

export interface ReadingProgress {
  report(bytesRead: number): void;
  end(): void;
}

/** A progress bar while large files are read; nothing if stderr is not a terminal. */
export async function startReadingProgress(
  terminal: Terminal,
  clock: Clock,
  paths: readonly string[],
): Promise<ReadingProgress> {
  const sizes = await Promise.all(paths.map(sizeOf));
  const totalBytes = sizes.reduce((sum, size) => sum + size, 0);
  if (!terminal.isTty || totalBytes < MIN_SHOWN_BYTES) return { report: () => {}, end: () => {} };
  const progress = new Progress(terminal, clock);
  const total = `of ${count(Math.round(totalBytes / 1e6))} MB`;
  return {
    report: (bytesRead) => progress.update(bytesRead / totalBytes, total),
    end: () => progress.clear(),
  };
}

/** A missing file has size 0: reading it gives the error. */
function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    (file) => file.size,
    () => 0,
  );
}
