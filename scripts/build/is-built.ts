import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Whether the result is newer than all sources. A folder changes too, when a file in it is deleted or renamed. */
export function isBuilt(sources: readonly string[], result: string): boolean {
  const builtMs = statSync(result, { throwIfNoEntry: false })?.mtimeMs ?? Number.NEGATIVE_INFINITY;
  return sources.every((source) => changedMs(source) <= builtMs);
}

function changedMs(path: string): number {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => changedMs(join(path, name))));
}
