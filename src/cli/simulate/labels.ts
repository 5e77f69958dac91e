import { readFile } from 'node:fs/promises';
import { parseTimestamp } from '../../core/time/timestamp.ts';
import { usageFailure } from '../failure.ts';

export interface Label {
  readonly atMs: number;
  readonly text: string;
}

/** Known faults: a JSON list of objects, each with a time under any name; what else it says is its text. Oldest first. */
export async function readLabels(path: string): Promise<Label[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw usageFailure(`--labels ${path} cannot be read (${error.code})`);
  });
  const labels = parseList(path, text).flatMap(labelOf);
  return labels.sort((a, b) => a.atMs - b.atMs);
}

function parseList(path: string, text: string): unknown[] {
  try {
    const list: unknown = JSON.parse(text);
    if (Array.isArray(list)) return list;
  } catch {
    // told below
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
