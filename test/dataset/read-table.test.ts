import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { datasetOf } from '../../src/dataset/dataset.ts';
import { readPair } from '../../src/dataset/read-pair.ts';
import { readChunks, readTable } from '../../src/dataset/read-table.ts';
import { AppError } from '../../src/errors.ts';
import { encodeProfile } from '../../src/profile/codec.ts';
import { chunksOf, contents, readCsvText } from './tables.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'plumbline-tables-'));
});
afterAll(() => rm(directory, { recursive: true }));

async function fileOf(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, content);
  return path;
}

const CSV = 'x,name\n1.5,a\n2.5,b\n,a\n';
const NDJSON = '{"x":1.5,"name":"a"}\n\n{"x":2.5,"name":"b"}\n{"name":"a","x":null}\n';
const PARQUET = new Uint8Array(
  parquetWriteBuffer({
    columnData: [
      { name: 'x', data: [1.5, 2.5, null], type: 'DOUBLE' },
      { name: 'name', data: ['a', 'b', 'a'], type: 'STRING' },
    ],
  }),
);

describe('readTable', () => {
  it.each<[string, string | Uint8Array]>([
    ['a.csv', CSV],
    ['a.csv.gz', gzipSync(CSV)],
    ['a.ndjson', NDJSON],
    ['named-otherwise.txt', gzipSync(NDJSON)],
    [
      'a.json',
      JSON.stringify(
        NDJSON.trim()
          .split(/\n+/)
          .map((line) => JSON.parse(line)),
      ),
    ],
    ['a.parquet', PARQUET],
  ])('%s', async (name, content) => {
    const dataset = datasetOf(await readTable(await fileOf(name, content), 'reference'));
    expect(dataset.rows).toBe(3);
    expect(dataset.columns).toEqual(['x', 'name']);
    expect(contents(dataset, 'x')).toMatchObject({ names: { 1.5: 1, 2.5: 1 }, missing: 1 });
    expect(contents(dataset, 'name').names).toEqual({ a: 2, b: 1 });
  });

  it('Parquet: whole numbers of 64 bits, booleans and times', async () => {
    const columnData = [
      { name: 'big', data: [1n, 2n, 2n], type: 'INT64' as const },
      { name: 'flag', data: [true, false, true], type: 'BOOLEAN' as const },
      { name: 'at', data: [new Date(0), new Date(1), new Date(2)], type: 'TIMESTAMP' as const },
    ];
    const path = await fileOf('types.parquet', new Uint8Array(parquetWriteBuffer({ columnData })));
    const dataset = datasetOf(await readTable(path, 'reference'));
    expect(contents(dataset, 'big').names).toEqual({ 1: 1, 2: 2 });
    expect(contents(dataset, 'flag').names).toEqual({ false: 1, true: 2 });
    expect(Object.keys(contents(dataset, 'at').names)[0]).toBe('1970-01-01T00:00:00.000Z');
  });

  it('tells how far it is, in bytes of the file', async () => {
    const told: number[] = [];
    const content = gzipSync(CSV);
    await readTable(await fileOf('progress.csv.gz', content), 'reference', { onProgress: (bytes) => told.push(bytes) });
    expect(told.at(-1)).toBe(content.length);
  });

  it.each<[string, string | Uint8Array | undefined, RegExp]>([
    ['nowhere.csv', undefined, /reference does not exist/],
    ['empty.csv', '', /reference is empty/],
    ['cut.csv.gz', gzipSync('x\n'.padEnd(100_000, '1\n')).subarray(0, 80), /ends before its gzip does/],
    ['named.parquet', 'PAR1 and nothing else', /cannot be read as Parquet/],
    ['bad.ndjson', '{"x":1}\n{"x":\n', /line 2 is not JSON/],
    ['list.ndjson', '{"x":[1]}\n', /row 1, column "x": a list/],
    ['bad.json', '[{"x":1},', /not valid JSON/],
    ['scalars.json', '[1,2]', /row 1 is a number/],
    ['none.json', '[]', /has no rows/],
    ['latin.ndjson', Buffer.from('{"x":"M\u00fcller"}\n', 'latin1'), /not UTF-8/],
  ])('refuses %s', async (name, content, message) => {
    const path = content === undefined ? join(directory, name) : await fileOf(name, content);
    const reading = readTable(path, 'reference');
    await expect(reading).rejects.toBeInstanceOf(AppError);
    await expect(reading).rejects.toThrow(message);
  });

  it('a directory, and Parquet where only a stream is given', async () => {
    await expect(readTable(directory, 'reference')).rejects.toThrow(/is a directory/);
    await expect(readChunks(chunksOf(PARQUET), 'reference')).rejects.toThrow(/read from a file only/);
  });
});

describe('readPair', () => {
  const rows = (n: number, one: (i: number) => string) => Array.from({ length: n }, (_, i) => one(i)).join('\n');

  it('the reference decides what a column of production holds', async () => {
    const reference = await fileOf('r.csv', `few,many\n${rows(60, (i) => `${i % 3},${i}`)}`);
    const production = await fileOf('p.csv', `few,many,new\n${rows(60, (i) => `${i},${i % 2},z`)}`);
    const pair = await readPair(reference, production);
    expect(Object.fromEntries(pair.reference.kinds)).toEqual({ few: 'categorical', many: 'numeric' });
    expect(Object.fromEntries(pair.production.kinds)).toEqual({
      few: 'categorical',
      many: 'numeric',
      new: 'categorical',
    });
    expect(Object.keys(contents(pair.production, 'few').names)).toHaveLength(60);
    expect(contents(pair.production, 'many').numbers).toHaveLength(60);
  });

  it('large files are read in threads, to the same bytes', async () => {
    const text = `x,name\n${rows(900_000, (i) => `${(i * 7919) % 100_003}.25,n${i % 7}`)}\n`;
    const path = await fileOf('large.csv', text);
    const told: number[] = [];
    const { reference, production } = await readPair(path, path, { onProgress: (bytes) => told.push(bytes) });
    const here = datasetOf(readCsvText(text));
    expect(encodeProfile(reference.profile)).toEqual(encodeProfile(here.profile));
    expect(production.rows).toBe(900_000);
    expect(Math.max(...told)).toBeGreaterThan(text.length);
    const broken = await fileOf('broken.csv', `${text}1,2,3\n`);
    await expect(readPair(broken, path)).rejects.toThrow(/reference has 3 cells in row 900001/);
  });
});
