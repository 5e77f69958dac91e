import { parseTimestamp } from '../../core/time/timestamp.ts';
import { usageFailure } from '../failure.ts';
import { readTextFile } from '../files.ts';

export interface Label {
  readonly atMs: number;
  readonly text: string;
}

/** Reads known faults: a JSON list of objects. A field with a time gives the time, the other fields the text. Oldest first. */
export async function readLabels(path: string): Promise<Label[]> {
  const labels = parseList(path, await readTextFile(path)).flatMap(labelOf);
  return labels.sort((a, b) => a.atMs - b.atMs);
}

function parseList(path: string, text: string): unknown[] {
  try {
    const list: unknown = JSON.parse(text);
    if (Array.isArray(list)) return list;
  } catch {
    // the usage error below
  }
  throw usageFailure(`--labels ${path} must be a JSON list`);
}

function labelOf(item: unknown): Label[] {
  const fields = Object.entries((item ?? {}) as Record<string, unknown>);
  const time = fields.find(([, value]) => typeof value === 'string' && typeof parseTimestamp(value) === 'number');
  if (time === undefined) return [];
  const words = fields.filter(([name]) => name !== time[0]).map(([, value]) => String(value));
  return [{ atMs: parseTimestamp(time[1]) as number, text: `fault: ${words.join(' ')}` }];
}
