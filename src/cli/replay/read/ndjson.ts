import { type Line, readLines } from './lines.ts';
import { type FileRecord, isJsonObject, type SkippedLine } from './record.ts';

/** Reads one JSON object per line. Empty lines are ignored. */
export async function* readNdjson(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<(FileRecord | SkippedLine)[]> {
  for await (const lines of readLines(chunks)) yield lines.filter(({ text }) => text.trim() !== '').map(parseJsonLine);
}

function parseJsonLine({ number: line, text }: Line): FileRecord | SkippedLine {
  try {
    const value: unknown = JSON.parse(text);
    if (isJsonObject(value)) return { line, fields: value, raw: text };
  } catch {
    // Reported below.
  }
  return { line, code: 'not_json', message: `not a JSON object: ${excerpt(text)}` };
}

export function excerpt(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
