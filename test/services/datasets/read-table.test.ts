import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import { encodeProfile } from '../../../src/core/profile/codec/profile-codec.ts';
import { datasetOf } from '../../../src/core/table/dataset.ts';
import { readPair } from '../../../src/services/datasets/read-pair.ts';
import { readChunks, readTable } from '../../../src/services/datasets/read-table.ts';
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
    expect(contents(dataset, 'at')).toMatchObject({ type: 'timestamp', numbers: [0, 1, 2], names: {} });
  });

  it('Parquet: reads one row group at a time, without ignored columns', async () => {
    const columnData = [
      { name: 'x', data: Int32Array.from({ length: 25 }, (_, i) => i), type: 'INT32' as const },
      { name: 'address', data: Array.from({ length: 25 }, () => [1]) },
    ];
    const bytes = new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 10 }));
    const path = await fileOf('groups.parquet', bytes);
    const dataset = datasetOf(await readTable(path, 'reference', { ignore: ['address'] }));
    expect(contents(dataset, 'x').numbers).toEqual(Array.from({ length: 25 }, (_, i) => i));
    expect(dataset.columns).toEqual(['x']);
    const whole = datasetOf(await readTable(path, 'reference'));
    expect(whole.columns).toEqual(['x', 'address']);
    expect(whole.reasons.get('address')).toBe('it holds a list');
  });

  it('Parquet: a column of objects is left out, with a note', async () => {
    const columnData = [
      { name: 'info', data: [...Array(12).fill(null), { a: 1 }], type: 'JSON' as const, nullable: true },
    ];
    const path = await fileOf('json.parquet', new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 10 })));
    const dataset = datasetOf(await readTable(path, 'reference'));
    expect(dataset.types.get('info')).toBe('identifier');
    expect(dataset.reasons.get('info')).toBe('it holds an object');
    const text = await fileOf('text.csv', 'info\na\nb\n');
    expect((await readPair(text, path)).production.notes).toEqual([
      'production, column info, is left out: it holds an object',
    ]);
  });

  it('JSON and NDJSON read the same in chunks of any size', async () => {
    const rows = [{ x: 1.5, name: 'a,]}["\\' }, { name: 'ß\\"', x: null }, {}, { x: 2, name: '[{' }];
    const texts = [
      JSON.stringify(rows),
      JSON.stringify(rows, null, 2),
      rows.map((row) => JSON.stringify(row)).join('\n'),
    ];
    for (const bytes of texts.map((text) => Buffer.from(`\uFEFF${text}\n`))) {
      for (let size = 1; size <= bytes.length; size++) {
        const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
          bytes.subarray(i * size, (i + 1) * size),
        );
        const dataset = datasetOf(await readChunks(chunksOf(...pieces), 'reference'));
        expect(dataset.rows).toBe(4);
        expect(contents(dataset, 'x')).toMatchObject({ names: { 1.5: 1, 2: 1 }, missing: 2 });
        expect(contents(dataset, 'name').names).toEqual({ 'a,]}["\\': 1, 'ß\\"': 1, '[{': 1 });
      }
    }
  });

  it('reads a JSON row of two million digits in chunks of 256 bytes', async () => {
    const piece = Buffer.alloc(256, '7');
    for (const [open, close] of [
      ['{"x":"', '"}'],
      ['[{"x":"', '"}]'],
    ] as const) {
      const table = await readChunks(chunksOf(open, ...Array(8192).fill(piece), close), 'reference');
      expect(table.columns[0]?.texts).toBe(1);
    }
  });

  it('reports its progress in bytes of the file', async () => {
    const reported: number[] = [];
    const content = gzipSync(CSV);
    await readTable(await fileOf('progress.csv.gz', content), 'reference', {
      onProgress: (bytes) => reported.push(bytes),
    });
    expect(reported.at(-1)).toBe(content.length);
  });

  it.each<[string, string | Uint8Array | undefined, RegExp]>([
    ['nowhere.csv', undefined, /reference does not exist: .*nowhere\.csv/],
    ['empty.csv', '', /reference is empty/],
    ['cut.csv.gz', gzipSync('x\n'.padEnd(100_000, '1\n')).subarray(0, 80), /is an incomplete or damaged gzip file/],
    ['named.parquet', 'PAR1 and nothing else', /is a Parquet file that is damaged or cut short .*: .*named\.parquet/],
    [
      'book.xlsx',
      `PK\x03\x04${'\0'.repeat(26)}[Content_Types].xml`,
      /reference is an Excel workbook \(\.xlsx\); save it .*: .*book\.xlsx$/,
    ],
    ['old.xls', Buffer.from('d0cf11e0a1b11ae1', 'hex'), /is an Excel workbook \(\.xls\).*: .*old\.xls$/],
    ['a.zip', `PK\x03\x04${'\0'.repeat(26)}a.csv`, /is a zip archive; unpack it/],
    ['a.pdf', '%PDF-1.7\n', /is a PDF document/],
    ['page.csv', '<html><body>Sign in</body></html>', /is HTML or XML/],
    ['a.csv.bz2', Buffer.from('BZh91AY&SY\x00\x01', 'latin1'), /is packed with bzip2/],
    ['bad.ndjson', '{"x":1}\n{"x":\n', /line 2 is not JSON/],
    ['list.ndjson', '{"x":[1]}\n', /row 1, column "x": a list/],
    ['bad.json', '[{"x":1},', /not valid JSON/],
    ['scalars.json', '[1,2]', /row 1 is a number/],
    ['none.json', '[ ]', /has no rows/],
    ['comma.json', '[{"x":1},]', /not valid JSON, in row 2/],
    ['gap.json', '[,{"x":1}]', /not valid JSON, in row 1/],
    ['two.json', '[{"x":1}] [{"x":1}]', /not valid JSON: there is text after its list/],
    ['after.json', '[{"x":1}] x', /not valid JSON: there is text after its list/],
    ['brace.json', '[{"x":1}}', /not valid JSON: its list ends with }/],
    ['open.json', '[{"x":"]', /not valid JSON: it ends before its list does/],
    ['deep.json', '['.repeat(100_000), /not valid JSON: it ends before its list does/],
    ['long.json', `[{"x":"${'x'.repeat(9 << 20)}"}]`, /row 1 is longer than 8 MiB/],
    ['long.ndjson', `{"x":"${'x'.repeat(9 << 20)}"}`, /line 1 is longer than 8 MiB/],
    ['latin.json', Buffer.from('[{"x":1},{"x":"M\u00fcller"}]', 'latin1'), /row 2 is not UTF-8/],
    ['latin.ndjson', Buffer.from('{"x":"a"}\n{"x":"M\u00fcller"}\n', 'latin1'), /line 2 is not UTF-8/],
  ])('refuses %s', async (name, content, message) => {
    const path = content === undefined ? join(directory, name) : await fileOf(name, content);
    const reading = readTable(path, 'reference');
    await expect(reading).rejects.toBeInstanceOf(AppError);
    await expect(reading).rejects.toThrow(message);
  });

  it('a header that begins as a binary file does is a header', async () => {
    const table = await readTable(await fileOf('orc.csv', 'ORC,Obj\n1,2\n'), 'reference');
    expect(table.columns.map(({ name }) => name)).toEqual(['ORC', 'Obj']);
  });

  it('refuses a directory, and Parquet from a stream', async () => {
    await expect(readTable(directory, 'reference')).rejects.toThrow(/is a directory/);
    await expect(readChunks(chunksOf(PARQUET), 'reference')).rejects.toThrow(/only be read from a file/);
  });
});

describe('readPair', () => {
  it('production in a thread is read as the reference shows', async () => {
    const reference = await fileOf('day.csv', 'day\n31/12/2024\n01/06/2024\n');
    const production = await fileOf('days.csv', `day\n${'03/04/2025\n'.repeat(800_000)}`);
    const pair = await readPair(reference, production);
    expect(pair.production.dates.get('day')?.numeric.moments.max).toBe(Date.UTC(2025, 3, 3));
    await expect(readPair(`${reference}.gone`, production)).rejects.toThrow(/reference does not exist/);
  });

  const rows = (n: number, one: (i: number) => string) => Array.from({ length: n }, (_, i) => one(i)).join('\n');

  it('the reference decides the types of the columns of production', async () => {
    const reference = await fileOf('r.csv', `few,many\n${rows(60, (i) => `${i % 3},${59 - i}`)}`);
    const production = await fileOf('p.csv', `few,many,new\n${rows(60, (i) => `${i},${i % 2},z`)}`);
    const pair = await readPair(reference, production);
    expect(Object.fromEntries(pair.reference.types)).toEqual({ few: 'categorical', many: 'numeric' });
    expect(Object.fromEntries(pair.production.types)).toEqual({
      few: 'categorical',
      many: 'numeric',
      new: 'categorical',
    });
    expect(Object.keys(contents(pair.production, 'few').names)).toHaveLength(60);
    expect(contents(pair.production, 'many').numbers).toHaveLength(60);
  });

  it('large files are read in threads, with the same result', async () => {
    const text = `x,name\n${rows(900_000, (i) => `${(i * 7919) % 100_003}.25,n${i % 7}`)}\n`;
    const path = await fileOf('large.csv', text);
    const reported: number[] = [];
    const { reference, production } = await readPair(path, path, {
      onProgress: (bytes) => reported.push(bytes),
    });
    const here = datasetOf(readCsvText(text));
    expect(encodeProfile(reference.profile)).toEqual(encodeProfile(here.profile));
    expect(production.rows).toBe(900_000);
    expect(Math.max(...reported)).toBeGreaterThan(text.length);
    const broken = await fileOf('broken.csv', `${text}1,2,3\n`);
    await expect(readPair(broken, path)).rejects.toThrow(/reference has 3 cells in row 900001/);
  });
});
