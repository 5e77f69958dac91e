import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import { contents, datasetOfCsv, readCsvText } from '../../services/datasets/tables.ts';

const numbersFrom = (n: number) => Array.from({ length: n }, (_, i) => i + 0.5);
const column = (name: string, cells: readonly (string | number)[]) => [name, ...cells].join('\n');

describe('types of columns', () => {
  it('numbers, few numbers, texts, booleans and dates', () => {
    const rows = numbersFrom(12).map((x, i) => `${x},${i % 3},${'ab'[i % 2]},${i % 2 === 0},2026-01-${10 + i}`);
    const { types } = datasetOfCsv(`x,few,text,flag,day\n${rows.join('\n')}\n`);
    expect(Object.fromEntries(types)).toEqual({
      x: 'numeric',
      few: 'categorical',
      text: 'categorical',
      flag: 'boolean',
      day: 'timestamp',
    });
  });

  it('few numbers are named by what they are; text among numbers stays beside them', () => {
    expect(contents(datasetOfCsv(column('x', [1, 1.0, '01', 2, '2.50'])), 'x')).toMatchObject({
      names: { 1: 3, 2: 1, 2.5: 1 },
      missing: 0,
    });
    const mixed = contents(datasetOfCsv(column('x', [...numbersFrom(10), 'oops', 'oops'])), 'x');
    expect(mixed).toEqual({ type: 'numeric', numbers: numbersFrom(10), names: { oops: 2 }, missing: 0 });
  });

  it('a declared column is what it was declared to be, and one can be left out', () => {
    const types = new Map([
      ['zip', 'categorical'],
      ['n', 'numeric'],
    ] as const);
    const dataset = datasetOfCsv('zip,n,id\n01234,1,7\n01234,2,8\n90210,3,9\n', { types, ignore: ['id'] });
    expect(contents(dataset, 'zip').names).toEqual({ '01234': 2, 90210: 1 });
    expect(contents(dataset, 'n')).toMatchObject({ type: 'numeric', numbers: [1, 2, 3] });
    expect(dataset.columns).toEqual(['zip', 'n']);
  });

  it('beyond a thousand distinct numbers the known ones are still counted, the others together', () => {
    const types = new Map([['x', 'categorical']] as const);
    const cells = [...Array.from({ length: 1500 }, (_, i) => i), ...Array.from({ length: 50 }, () => 3)];
    const table = readCsvText(column('x', cells));
    expect(table.columns[0]).toMatchObject({ numbers: 1550, otherNumbers: 500 });
    expect(table.columns[0]?.distinct[3]).toEqual([3, 51]);
    expect(datasetOfCsv(column('x', cells), { types }).profile.features.get('x')?.categories?.n).toBe(1550);
  });
});

describe('missing and infinite cells', () => {
  it.each(['', 'NA', 'N/A', '#N/A', 'NaN', '-nan', 'null', 'None', 'NULL', '<NA>', ' '])('"%s" is missing', (cell) => {
    expect(contents(datasetOfCsv(`x,y\n${cell},1\n2,1\n`), 'x')).toMatchObject({ names: { 2: 1 }, missing: 1 });
  });

  it.each(['inf', '-Infinity', '+Inf'])('"%s" counts as missing, and a note says so', (cell) => {
    const dataset = datasetOfCsv(column('x', [...numbersFrom(10), cell]));
    expect(contents(dataset, 'x')).toMatchObject({ type: 'numeric', missing: 1, names: {} });
    expect(dataset.notes).toEqual(['infinite cells of reference, column x, count as missing: 1']);
  });

  it('a number beyond the largest double is not a number', () => {
    expect(contents(datasetOfCsv(column('x', [...numbersFrom(10), '1e999'])), 'x').names).toEqual({ '1e999': 1 });
  });
});

describe('numbers are JavaScript’s, to the bit', () => {
  it.each([
    '-0',
    '1e-7',
    '123456789012345678901',
    '0.1',
    '.5',
    '5.',
    '+3',
    '4.35',
    '1.7976931348623157e308',
    '5e-324',
    '9007199254740993',
    '0.000000000000000000000000123',
  ])('%s', (text) => {
    const types = new Map([['x', 'numeric']] as const);
    expect(contents(datasetOfCsv(column('x', [text]), { types }), 'x').numbers).toEqual([Number(text) + 0]);
  });

  it('whatever is written', () => {
    const types = new Map([['x', 'numeric']] as const);
    fc.assert(
      fc.property(fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer()), (x) => {
        for (const text of [String(x), x.toExponential(), x.toPrecision(9)])
          expect(contents(datasetOfCsv(column('x', [text]), { types }), 'x').numbers).toEqual([Number(text) + 0]);
      }),
    );
  });

  it.each(['0x10', '1_000', '1e', 'e5', '--1', '1.2.3', '.', '-', '12abc', '1 2'])('%s is text', (text) => {
    const { names } = contents(datasetOfCsv(`x;y\n${text};1\n`), 'x');
    expect(names).toEqual({ [text]: 1 });
  });
});

describe('shapes of files', () => {
  it.each([
    ['CRLF, and no line end at the end', 'a,b\r\n1,x\r\n2,y'],
    ['a byte-order mark', '\uFEFFa,b\n1,x\n2,y\n'],
    ['semicolons', 'a;b\n1;x\n2;y\n'],
    ['tabs', 'a\tb\n1\tx\n2\ty\n'],
    ['quotes', '"a","b"\n"1","x"\n"2","y"\n'],
    ['quotes and semicolons', '"a";"b"\n"1";"x"\n"2";"y"\n'],
    ['quotes and tabs', '"a"\t"b"\r\n1\tx\r\n2\ty\r\n'],
    ['blank lines, before the header too', '\r\n\na,b\n\n1,x\n\r\n2,y\n\n\n'],
    ['spaces around', 'a , b\n 1 ,x \n2, y\n'],
  ])('%s', (_, text) => {
    const dataset = datasetOfCsv(text);
    expect(dataset.rows).toBe(2);
    expect(contents(dataset, 'a').names).toEqual({ 1: 1, 2: 1 });
    expect(contents(dataset, 'b').names).toEqual({ x: 1, y: 1 });
  });

  it('quoted cells hold separators, line ends and doubled quotes', () => {
    const dataset = datasetOfCsv('a,b\n"x,1","says ""no""\nand goes"\n"","z"\n');
    expect(contents(dataset, 'a')).toMatchObject({ names: { 'x,1': 1 }, missing: 1 });
    expect(contents(dataset, 'b').names).toEqual({ 'says "no"\nand goes': 1, z: 1 });
  });

  it('separators, line ends and quotes in a quoted name say nothing of what separates the names', () => {
    const dataset = datasetOfCsv('"a, in € ""net""\n,,,";"b";c 5"\n1;x;2\n');
    expect(dataset.columns).toEqual(['a, in € "net"\n,,,', 'b', 'c 5"']);
    expect(contents(dataset, 'b').names).toEqual({ x: 1 });
  });

  it('in one column a quoted nothing is a missing cell, and a blank line is not a row', () => {
    expect(contents(datasetOfCsv('a\nx\n""\n\ny\n'), 'a')).toMatchObject({ names: { x: 1, y: 1 }, missing: 1 });
  });

  it('one row, one column, all null, constant', () => {
    expect(datasetOfCsv('a\n5\n').rows).toBe(1);
    expect(contents(datasetOfCsv('a,b\n,1\nNA,1\n'), 'a')).toEqual({
      type: 'categorical',
      numbers: [],
      names: {},
      missing: 2,
    });
  });

  it('ten thousand columns', () => {
    const names = Array.from({ length: 10_000 }, (_, i) => `c${i}`);
    const table = readCsvText(`${names.join(',')}\n${names.map((_, i) => i).join(',')}\n`);
    expect(table.columns).toHaveLength(10_000);
  });

  it('a hundred thousand distinct categories', () => {
    const dataset = datasetOfCsv(
      column(
        'x',
        Array.from({ length: 100_000 }, (_, i) => `name ${i}`),
      ),
    );
    const counts = dataset.profile.features.get('x')?.categories;
    expect(counts?.n).toBe(100_000);
    expect(Math.abs((counts?.cardinality() ?? 0) / 100_000 - 1)).toBeLessThan(0.1);
  });

  it('texts are compared by all their bytes, however long, however many, and wherever they come back', () => {
    const long = (end: string) => `${'long '.repeat(60)}${end}`;
    const cells = [long('a'), ...Array.from({ length: 3000 }, (_, i) => `t${i % 2500}`), long('b'), long('a')];
    const text = column('x', cells);
    const cuts = Array.from({ length: 200 }, (_, i) => i * 100);
    const read = [readCsvText(text), readCsvText(text, {}, cuts)].map(
      ({ profile }) => profile.features.get('x')?.categories,
    );
    expect(read[0]?.n).toBe(3003);
    expect(Math.abs((read[0]?.cardinality() ?? 0) - 2502)).toBeLessThan(200);
    expect(read[1]?.state()).toEqual(read[0]?.state());
    const few = contents(
      datasetOfCsv(
        column(
          'x',
          cells.filter((_, i) => i === 0 || i > 2990),
        ),
      ),
      'x',
    ).names;
    expect(
      Object.entries(few)
        .filter(([name]) => name.startsWith('long'))
        .map(([, count]) => count),
    ).toEqual([1, 2]);
  });

  it('a row of two million cells in pieces of 256 bytes costs what it costs in one', () => {
    const cuts = Array.from({ length: 8192 }, (_, i) => 256 * i);
    expect(() => readCsvText(`a\n${','.repeat(2 << 20)}\n`, {}, cuts)).toThrow(/2097153 cells in row 1, but 1 columns/);
  });

  it('cut anywhere it reads the same, and as csv-parse does', () => {
    const cell = fc.oneof(
      fc.string({ unit: fc.constantFrom('a', 'ß', '"', ',', '\n', '\r\n', ' ', '7'), maxLength: 6 }),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
    );
    const table = fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 12 });
    const written = (rows: string[][]) =>
      rows.map((row) => row.map((text) => `"${text.replaceAll('"', '""')}"`).join(',')).join('\n');
    fc.assert(
      fc.property(table, fc.array(fc.nat(400), { maxLength: 6 }), (rows, cuts) => {
        const text = `a,b,c\n${written(rows)}\n`;
        const types = new Map(['a', 'b', 'c'].map((name) => [name, 'categorical'] as const));
        const whole = readCsvText(text, { types });
        const names = (read: ReturnType<typeof readCsvText>, name: string) =>
          Object.fromEntries(read.profile.features.get(name)?.categories?.counts ?? []);
        for (const [i, name] of ['a', 'b', 'c'].entries()) {
          expect(names(readCsvText(text, { types }, cuts), name)).toEqual(names(whole, name));
          const expected: Record<string, number> = {};
          for (const row of (parse(text) as string[][]).slice(1)) {
            const value = (row[i] as string).replace(/^[\0-\x20]+|[\0-\x20]+$/g, '');
            if (value !== '') expected[value] = (expected[value] ?? 0) + 1;
          }
          expect(names(whole, name)).toEqual(expected);
        }
      }),
    );
  });
});

describe('what is refused, by table, row, column and rule', () => {
  it.each<[string, string | Uint8Array, RegExp]>([
    ['nothing', '', /reference is empty/],
    ['a header alone', 'a,b\n', /reference has no rows/],
    ['two columns of a name', 'a,b,a\n1,2,3\n', /two columns named "a", the 1\. and the 3\./],
    ['a column without a name', 'a,,c\n1,2,3\n', /no name for column 2/],
    ['a row too long', 'a,b\n1,2\n1,2,3\n', /3 cells in row 2, but 2 columns/],
    ['a row too short', 'a,b\n1\n', /1 cells in row 1, but 2 columns/],
    ['a quote left open', 'a,b\n1,"2\n3,4\n', /ends inside a quoted cell, in row 1/],
    ['text after a quote', 'a,b\n"1"x,2\n', /row 1, cell 1: text after a closing quote/],
    [
      'Latin-1 in a cell',
      Buffer.from('name,b\nok,1\nMüller,2\n', 'latin1'),
      /not UTF-8 in row 2, column "name".*iconv/,
    ],
    ['Latin-1 in a header', Buffer.from('Straße,b\n1,2\n', 'latin1'), /header that is not UTF-8, in column 1/],
    ['UTF-16', Buffer.from('\uFEFFa,b\n1,2\n', 'utf16le'), /is UTF-16/],
    ['bytes that are not text', Buffer.from([97, 0, 98, 10, 49, 10]), /not text/],
    [
      '10,001 columns',
      `${Array.from({ length: 10_001 }, (_, i) => `c${i}`).join(',')}\n`,
      /10001 columns; 10000 are the most/,
    ],
    ['a cell of 2 MiB', `a,b\n1,${'x'.repeat(2 << 20)}\n`, /longer than 1 MiB, in row 1, column "b"/],
    ['a header of 2 MiB', `${'x'.repeat(2 << 20)}\n1\n`, /header longer than 1 MiB/],
  ])('%s', (_, text, message) => {
    expect(() => readCsvText(text)).toThrow(AppError);
    expect(() => readCsvText(text)).toThrow(message);
  });

  it('one line of 64 MiB, long before its end', () => {
    const line = Buffer.alloc(64 << 20, 'x');
    const cuts = Array.from({ length: 64 }, (_, i) => i << 20);
    expect(() => readCsvText(line, {}, cuts)).toThrow(/row 1 is longer than 8 MiB/);
  });
});
