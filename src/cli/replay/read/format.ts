import { delimiterOf } from '../../../core/table/csv-table.ts';
import { Failure } from '../../failure.ts';
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

/** Recognizes the format by the first line, and where that says nothing by the name. */
export function guessFormat(path: string, firstLine: string): Format {
  const name = path.toLowerCase().replace(/\.gz$/, '');
  if (firstLine.startsWith('{')) return 'ndjson';
  if (firstLine.startsWith('['))
    throw new Failure(`${path} is one JSON array; give one event a line, e.g. \`jq -c '.[]'\``);
  if (isAccessLine(firstLine)) return 'combined';
  if (/\.(csv|tsv)$/.test(name)) return 'csv';
  if (/\.(ndjson|jsonl)$/.test(name)) return 'ndjson';
  if (firstLine.includes(delimiterOf(firstLine))) return 'csv';
  throw new Failure(`the format of ${path} cannot be guessed; pass --format ${FORMATS.join('|')}`);
}

export function readRecords(
  format: Format,
  chunks: AsyncIterable<Uint8Array>,
  { firstLine, service }: { firstLine: string; service?: string | undefined },
): AsyncGenerator<(FileRecord | SkippedLine)[]> {
  if (format === 'csv') return readCsv(chunks, firstLine);
  return format === 'ndjson' ? readNdjson(chunks) : readAccessLog(chunks, service);
}
