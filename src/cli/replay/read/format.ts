import { delimiterOf } from '../../../core/table/csv-table.ts';
import { usageFailure } from '../../failure.ts';
import { isAccessLine, readAccessLog } from './access-log.ts';
import { readCsv } from './csv.ts';
import { openFile, readLines } from './lines.ts';
import { readNdjson } from './ndjson.ts';
import type { FileRecord, SkippedLine } from './record.ts';

export const FORMATS = ['ndjson', 'csv', 'combined'] as const;
export type Format = (typeof FORMATS)[number];

/** The first line of a file that is not blank; '' for an empty file. */
export async function readFirstLine(path: string): Promise<string> {
  for await (const lines of readLines((await openFile(path)).chunks)) {
    const line = lines.find(({ text }) => text.trim() !== '');
    if (line !== undefined) return line.text;
  }
  return '';
}

/** Detects the format from the first line, or else from the name of the file. */
export function detectFormat(path: string, firstLine: string): Format {
  const name = path.toLowerCase().replace(/\.gz$/, '');
  if (firstLine.startsWith('{')) return 'ndjson';
  if (firstLine.startsWith('['))
    throw usageFailure(`${path} is one JSON array; convert it to one event per line, for example with \`jq -c '.[]'\``);
  if (isAccessLine(firstLine)) return 'combined';
  if (/\.(csv|tsv)$/.test(name)) return 'csv';
  if (/\.(ndjson|jsonl)$/.test(name)) return 'ndjson';
  if (firstLine.includes(delimiterOf(firstLine))) return 'csv';
  throw usageFailure(`the format of ${path} is not known; use --format ${FORMATS.join('|')}`);
}

export function readRecords(
  format: Format,
  chunks: AsyncIterable<Uint8Array>,
  { firstLine, service }: { firstLine: string; service?: string | undefined },
): AsyncGenerator<(FileRecord | SkippedLine)[]> {
  if (format === 'csv') return readCsv(chunks, firstLine);
  return format === 'ndjson' ? readNdjson(chunks) : readAccessLog(chunks, service);
}
