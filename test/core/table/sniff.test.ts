import { describe, expect, it } from 'vitest';
import { momentOf, splitDate } from '../../../src/core/table/cells/date-format.ts';
import { type NumberFormat, numberReader } from '../../../src/core/table/cells/number-format.ts';
import { type SniffHints, sniff } from '../../../src/core/table/cells/sniff.ts';

const read = (text: string, format: NumberFormat) => {
  const bytes = Buffer.from(`;${text};`);
  return numberReader(format)(bytes, 1, bytes.length - 1);
};

describe('numbers as people write them', () => {
  it.each<[string, NumberFormat, number]>([
    ['1.234,56', { decimal: ',', unit: '' }, 1234.56],
    ['-0,5', { decimal: ',', unit: '' }, -0.5],
    ['1.234.567', { decimal: ',', unit: '' }, 1_234_567],
    ['1 234,5', { decimal: ',', unit: '' }, 1234.5],
    ['1\u00a0234\u00a0567,5', { decimal: ',', unit: '' }, 1_234_567.5],
    ['1\u202f234,5', { decimal: ',', unit: '' }, 1234.5],
    ["1'234.50", { decimal: '.', unit: '' }, 1234.5],
    ['1’234.50', { decimal: '.', unit: '' }, 1234.5],
    ['1,234,567.8', { decimal: '.', unit: '' }, 1_234_567.8],
    ['1,5E+3', { decimal: ',', unit: '' }, 1500],
    ['$1,234.50', { decimal: '.', unit: '$' }, 1234.5],
    ['-$1,234.50', { decimal: '.', unit: '$' }, -1234.5],
    ['$-1,234.50', { decimal: '.', unit: '$' }, -1234.5],
    ['1.234,50 €', { decimal: ',', unit: '€' }, 1234.5],
    ['EUR 12', { decimal: ',', unit: 'EUR' }, 12],
    ['12 %', { decimal: '.', unit: '%' }, 12],
    ['7', { decimal: '.', unit: '%' }, 7],
  ])('%s', (text, format, value) => {
    expect(read(text, format)).toBe(value);
  });

  it.each<[string, NumberFormat]>([
    ['12.5', { decimal: ',', unit: '' }],
    ['0.123', { decimal: ',', unit: '' }],
    ['1.23.456', { decimal: ',', unit: '' }],
    ['1.234 567', { decimal: ',', unit: '' }],
    ['1,2,3', { decimal: ',', unit: '' }],
    ['12,34', { decimal: '.', unit: '' }],
    ['€12', { decimal: '.', unit: '$' }],
    ['--1', { decimal: '.', unit: '' }],
    ['', { decimal: '.', unit: '' }],
    ['€', { decimal: '.', unit: '€' }],
    ['n/a', { decimal: '.', unit: '' }],
    ['1'.repeat(65), { decimal: '.', unit: '' }],
  ])('"%s" is none', (text, format) => {
    expect(read(text, format)).toBeNaN();
  });
});

describe('dates as people write them', () => {
  it.each([
    ['2025-12-31', 'ymd', '2025-12-31T00:00:00Z'],
    ['2024-02-29T23:59:58.25+02:00', 'ymd', '2024-02-29T21:59:58.250Z'],
    ['2025-12-31 10:00:00Z', 'ymd', '2025-12-31T10:00:00Z'],
    ['31.12.2025', 'dmy', '2025-12-31T00:00:00Z'],
    ['1.2.2025 7:05', 'dmy', '2025-02-01T07:05:00Z'],
    ['12/31/2025 11:59 PM', 'mdy', '2025-12-31T23:59:00Z'],
    ['12/31/2025 12:00 am', 'mdy', '2025-12-31T00:00:00Z'],
    ['31/12/25', 'dmy', '2025-12-31T00:00:00Z'],
    ['31/12/70', 'dmy', '1970-12-31T00:00:00Z'],
    ['0999-01-01', 'ymd', '0999-01-01T00:00:00Z'],
  ] as const)('%s (%s)', (text, order, moment) => {
    expect(momentOf(splitDate(text), order)).toBe(Date.parse(moment));
  });

  it.each([
    ['31.12.2025', 'mdy'],
    ['2025-02-29', 'ymd'],
    ['2025-13-01', 'ymd'],
    ['1.2.10', 'dmy'],
    ['31.12.2025 25:00', 'dmy'],
    ['2025-12', 'ymd'],
    ['12-31.2025', 'mdy'],
    ['hello', 'ymd'],
  ] as const)('%s is none (%s)', (text, order) => {
    expect(momentOf(splitDate(text), order)).toBeNaN();
  });
});

describe('what the first cells show', () => {
  const csv: SniffHints = { areTexts: true, delimiter: ',' };
  const of = (cells: readonly string[], hints: SniffHints = csv) =>
    sniff([{ name: 'x', texts: cells, numbers: [] }], hints).get('x');

  it.each<[string, string[], string | undefined]>([
    ['plain numbers', ['1', '-2.5', '1e3'], undefined],
    ['decimal commas', ['1,5', '2,25', 'NA', ''], 'numbers with a decimal comma'],
    ['German amounts', ['1.234,56', '7', '1.000'], 'numbers with a decimal comma'],
    ['American amounts', ['1,234.56', '7'], 'numbers with a decimal point'],
    ['a currency', ['$1,234.50', '$7'], 'numbers with a decimal point in $'],
    ['a currency by its code', ['EUR 1.234,50', 'EUR 7,00'], 'numbers with a decimal comma in EUR'],
    ['percent', ['12%', '7 %'], 'numbers in %'],
    ['two currencies', ['$1', '€2'], undefined],
    ['codes', ['LHR 123', 'TXL 7'], undefined],
    ['ISO dates', ['2025-12-31', '2025-01-02T03:04:05Z'], 'dates yyyy-mm-dd'],
    ['German dates', ['03.04.2025', '31.12.2025'], 'dates dd.mm.yyyy'],
    ['American dates', ['03/04/2025', '12/31/2025'], 'dates mm/dd/yyyy'],
    ['dates that could be either', ['03/04/2025'], 'dates mm/dd/yyyy (or dd/mm/yyyy: --dates dmy)'],
    ['texts', ['a', 'b', '1'], undefined],
    ['versions', ['1.2.10', '1.3.11'], undefined],
    ['nine of ten', [...Array.from({ length: 9 }, () => '1,5'), 'x'], 'numbers with a decimal comma'],
    ['eight of ten', [...Array.from({ length: 8 }, () => '1,5'), 'x', 'y'], undefined],
  ])('%s', (_, cells, note) => {
    expect(of(cells)?.note).toBe(note);
  });

  it('what one column leaves open, another decides', () => {
    const open = ['1.234', '5.678'];
    const found = sniff(
      [
        { name: 'open', texts: open, numbers: [] },
        { name: 'shows', texts: ['0,5', '12,25'], numbers: [] },
        { name: 'other', texts: ['12.5', '0.25'], numbers: [] },
      ],
      csv,
    );
    expect(found.get('open')?.format).toEqual({ kind: 'number', decimal: ',', unit: '' });
    expect(found.get('other')?.format).toEqual({ kind: 'plain' });
    expect(of(open)?.format).toEqual({ kind: 'plain' });
  });

  it('then the reference decides, and options before all', () => {
    const like = new Map([['x', { kind: 'date', order: 'dmy', separator: '/' }]] as const);
    expect(of(['03/04/2025'], { ...csv, like })).toMatchObject({ format: { order: 'dmy' }, note: 'dates dd/mm/yyyy' });
    expect(of(['03/04/2025'], { ...csv, dates: 'dmy' })).toMatchObject({ format: { order: 'dmy' } });
    expect(of(['1,234'], { ...csv, decimal: ',' })).toMatchObject({ format: { decimal: ',' } });
    expect(of(['1,234'])).toMatchObject({ format: { decimal: '.' } });
    expect(of(['1,234'], { ...csv, delimiter: ';' })).toMatchObject({ format: { decimal: ',' } });
    expect(of(['31/04/2025', '03/30/2025', '30/12/2025'], { ...csv, dates: 'ymd' })?.format).toEqual({ kind: 'plain' });
    expect(of(['31/03/2025'], { ...csv, dates: 'mdy' })).toMatchObject({ format: { order: 'dmy' } });
    expect(of(['12.5'], { ...csv, decimal: ',' })?.format).toEqual({ kind: 'plain' });
    const types = new Map([['x', 'categorical']] as const);
    expect(of(['2025-12-31'], { ...csv, types })?.format).toEqual({ kind: 'plain' });
  });

  it('in JSON a text of digits stays a text, and Unix times are found by their name', () => {
    expect(of(['1', '22'], { areTexts: false })?.format).toEqual({ kind: 'plain' });
    expect(of(['1,5', '22'], { areTexts: false })?.format).toMatchObject({ kind: 'number' });
    const times = (name: string) =>
      sniff([{ name, texts: [], numbers: [1_700_000_000, 1_700_000_060] }], { areTexts: false }).get(name);
    expect(times('created_at')).toMatchObject({
      format: { kind: 'epoch', perSecond: 1 },
      note: 'Unix time in seconds',
    });
    expect(times('amount')?.format).toEqual({ kind: 'plain' });
  });
});
