import { readFile } from 'node:fs/promises';
import { type ApplyAnswer, applyMonitors } from './apply-monitors.ts';
import { checkMonitors } from './check-monitors.ts';
import type { MonitorContext } from './context.ts';
import { readMonitorsFile } from './read-monitors-file.ts';

/**
 * Applies MONITORS_FILE.
 *
 * @throws RangeError with every error and its line; nothing is applied then
 */
export async function applyFile(deps: MonitorContext, path: string): Promise<ApplyAnswer> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new RangeError(`MONITORS_FILE: ${path} cannot be read (${error.code})`);
  });
  const file = readMonitorsFile(text);
  const errors = [...file.errors, ...checkMonitors(file.documents, deps.channelNames).map(file.atLine)];
  if (errors.length > 0) {
    const lines = errors.map(({ line, message }) => `  line ${line}: ${message}`);
    throw new RangeError(`MONITORS_FILE ${path} is not valid, nothing was applied:\n${lines.join('\n')}`);
  }
  return applyMonitors(deps, { monitors: file.documents, prune: false, dryRun: false });
}
