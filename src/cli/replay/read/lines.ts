import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { readFailure } from '../../files.ts';

/** Longer lines are cut, so that a file without line breaks cannot fill the memory; the rest is not a valid event. */
const MAX_LINE_CHARS = 16 * 1024 * 1024;
const CUT_LINE_CHARS = 1_000;

export interface Line {
  /** Counted from 1, as editors do. */
  readonly number: number;
  readonly text: string;
}

export interface OpenFile {
  readonly chunks: AsyncIterable<Buffer>;
  /** Bytes read so far, compressed as in the file, for a progress bar. */
  bytesRead(): number;
}

/** Opens a file for reading, and decompresses it if its first bytes are those of gzip. */
export async function openFile(path: string): Promise<OpenFile> {
  const gzipped = await isGzip(path);
  const file = createReadStream(path, { highWaterMark: 256 * 1024 });
  const chunks = gzipped ? pipeline(file, createGunzip({ chunkSize: 256 * 1024 }), () => undefined) : file;
  return { chunks, bytesRead: () => file.bytesRead };
}

async function isGzip(path: string): Promise<boolean> {
  try {
    const handle = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
      return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw readFailure(path, error);
  }
}

/** Splits text into lines. Each chunk gives one list, so that a million lines do not need a million turns of the event loop. */
export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Line[]> {
  const decoder = new TextDecoder();
  let rest = '';
  let number = 0;
  for await (const chunk of chunks) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    if (rest.length > MAX_LINE_CHARS) rest = rest.slice(0, CUT_LINE_CHARS);
    if (parts.length > 0) yield parts.map((text) => ({ number: ++number, text: withoutReturn(text) }));
  }
  rest += decoder.decode();
  if (rest !== '') yield [{ number: ++number, text: withoutReturn(rest) }];
}

function withoutReturn(text: string): string {
  return text.endsWith('\r') ? text.slice(0, -1) : text;
}
