import { readFile } from 'node:fs/promises';
import { systemCode } from '../../core/format/system-code.ts';
import { applyMonitors } from './apply-monitors.ts';
import { findMonitorErrors } from './check-monitors.ts';
import type { MonitorContext } from './context.ts';
import { readMonitorsFile } from './read-monitors-file.ts';

/**
 * Applies MONITORS_FILE, where one is set.
 *
 * @throws RangeError with every error and its line; nothing is applied then
 */
export async function applyMonitorsFile(context: MonitorContext): Promise<void> {
  const { MONITORS_FILE: path } = context.config;
  if (path === undefined) return;
  const text = await readFile(path, 'utf8').catch((error) => {
    throw new RangeError(`MONITORS_FILE: ${path} cannot be read (${systemCode(error) ?? 'unknown'})`);
  });
  const file = readMonitorsFile(text);
  const errors = [...file.errors, ...(await findMonitorErrors(context, file.documents)).map(file.atLine)];
  if (errors.length > 0) {
    const lines = errors.map(({ line, message }) => `  line ${line}: ${message}`);
    throw new RangeError(`MONITORS_FILE ${path} is not valid, nothing was applied:\n${lines.join('\n')}`);
  }
  await applyMonitors(context, { monitors: file.documents, prune: false, dryRun: false });
}
