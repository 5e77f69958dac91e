import { describe, expect, it } from 'vitest';
import { type PairOptions, pairDatasets } from '../../../src/core/table/dataset-pair.ts';
import type { ReadOptions } from '../../../src/core/table/table-profiler.ts';
import { detectDriftBetween } from '../../../src/services/datasets/detect-drift.ts';
import type { DetectOptions } from '../../../src/services/datasets/detect-settings.ts';
import { detectDrift, type Row } from '../../../src/services/datasets/drift-detector.ts';
import { readCsvText } from './tables.ts';

const DAY_MS = 86_400_000;
const weyl = (i: number) => ((i + 1) * 0.7548776662466927) % 1;
const text = (head: string, n: number, line: (i: number) => string) =>
  `${head}\n${Array.from({ length: n }, (_, i) => line(i)).join('\n')}\n`;
const german = (x: number) => x.toLocaleString('de-DE', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const american = (x: number) => `$${x.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;

function detectCsv(reference: string, production: string, options: ReadOptions & DetectOptions & PairOptions = {}) {
  const before = readCsvText(reference, options);
  const after = readCsvText(production, { ...options, like: before.formats });
  return detectDriftBetween(pairDatasets(before, after, options), options);
}

describe('a German table', () => {
  const date = (i: number, year: number) => {
    const day = new Date(Date.UTC(year, 0, 1) + Math.floor(365 * weyl(i)) * DAY_MS).toISOString().slice(0, 10);
    return day.split('-').reverse().join('.');
  };
  const table = (n: number, year: number, price: number) =>
    text('Nr;Datum;Betrag;Rabatt;Aktiv;Stadt', n, (i) =>
      [
        i + 1,
        date(i, year),
        german(price * (1 + weyl(3 * i))),
        `${i % 30} %`,
        ['true', 'True', 'FALSE'][i % 3],
        'Köln',
      ].join(';'),
    );

  it('is compared by what its cells mean, and says how it read them', () => {
    const body = detectCsv(table(900, 2024, 1000), table(700, 2025, 1000));
    expect(body).toMatchObject({ verdict: 'no_drift', summary: 'No drift in 5 of 6 columns; 1 not tested: Nr' });
    expect(body.notes).toEqual([
      'read in both tables: Datum as dates dd.mm.yyyy; Betrag as numbers with a decimal comma; Rabatt as numbers in %; ' +
        'Aktiv as true and false, in any case',
      expect.stringMatching(
        /^dates of Datum: reference 2024-01-0\d to 2024-12-\d\d, production 2025-\S+ to 2025-\S+; compared by weekday, month$/,
      ),
    ]);
    const types = Object.entries(body.feature_details).map(([name, { type }]) => [name, type]);
    expect(Object.fromEntries(types)).toMatchObject({ Datum: 'timestamp', Betrag: 'continuous', Aktiv: 'categorical' });
    expect(detectCsv(table(900, 2024, 1000), table(700, 2025, 1400)).features_with_drift).toEqual(['Betrag']);
  });

  it('an American one beside it is the same table', () => {
    const us = (n: number) => text('Betrag,Rabatt', n, (i) => `"${american(1000 * (1 + weyl(3 * i)))}",${i % 30}%`);
    const de = text('Betrag;Rabatt', 900, (i) => `${german(1000 * (1 + weyl(3 * i)))};${i % 30} %`);
    const body = detectCsv(de, us(700));
    expect(body).toMatchObject({ drift_detected: false, summary: '✅ No significant drift detected' });
    expect(body.notes).toEqual([
      'read in reference: Betrag as numbers with a decimal comma; Rabatt as numbers in %',
      'read in production: Betrag as numbers with a decimal point in $; Rabatt as numbers in %',
    ]);
  });
});

describe('dates', () => {
  const start = Date.UTC(2024, 0, 1);
  const dates = (n: number, ms: (i: number) => number) => text('at', n, (i) => new Date(ms(i)).toISOString());
  const even = (days: number, from = start) =>
    dates(4_000, (i) => from + Math.floor(days * weyl(i)) * DAY_MS + 36e5 * (i % 24));
  const found = (reference: string, production: string) => {
    const { at } = detectCsv(reference, production).feature_details;
    return at?.findings.filter(({ verdict }) => verdict === 'drift').map(({ part }) => part);
  };

  it('that follow those of the reference are no drift, and neither is a part of a year', () => {
    expect(found(even(200), even(150, start + 200 * DAY_MS))).toEqual([]);
    expect(found(even(10), even(13, start + 20 * DAY_MS))).toEqual([]);
  });

  it('weekday, month, hour and range are found each', () => {
    const workdays = dates(4_000, (i) => {
      const day = start + 365 * DAY_MS + Math.floor(weyl(i) * 364) * DAY_MS;
      return new Date(day).getUTCDay() % 6 === 0 ? day + 2 * DAY_MS : day;
    });
    const summer = dates(
      4_000,
      (i) =>
        start + (366 + 150 + Math.floor(90 * weyl(i)) - (i % 200 === 0 ? 170 : 0) + (i % 201 === 0 ? 125 : 0)) * DAY_MS,
    );
    const nights = dates(4_000, (i) => start + Math.floor(366 * weyl(i)) * DAY_MS + 36e5 * (i % 6));
    const early = dates(4_000, (i) => start + Math.floor(366 * weyl(i) ** 3) * DAY_MS + 36e5 * (i % 24));
    expect(new Set(found(even(366), workdays))).toEqual(new Set(['weekday']));
    expect(new Set(found(even(366), summer))).toContain('month');
    expect(new Set(found(even(366), nights))).toEqual(new Set(['hour']));
    expect(new Set(found(even(366), early))).toContain('range');
  });

  it('say where they differ, as dates', () => {
    const early = dates(4_000, (i) => start + Math.floor(366 * weyl(i) ** 3) * DAY_MS);
    const { feature_details: details } = detectCsv(
      dates(4_000, (i) => start + Math.floor(366 * weyl(i)) * DAY_MS),
      early,
    );
    const range = details.at?.findings.find(({ test }) => test === 'ks');
    expect(range).toMatchObject({ part: 'range', direction: 'lower', at: expect.stringMatching(/^2024-\d\d-\d\d$/) });
    expect(details.at).toMatchObject({ ranges: { reference: ['2024-01-01', '2024-12-31'] } });
    expect(details.at?.chi_square?.test).toBe('Chi-Square');
  });

  it('a day against another cannot be compared, and says so', () => {
    const body = detectCsv(
      dates(100, () => start),
      dates(100, () => start + 9 * DAY_MS),
    );
    expect(body.not_tested).toEqual([{ feature: 'at', reason: expect.stringContaining('lie apart') }]);
    expect(body.verdict).toBe('inconclusive');
  });

  it('what production leaves open is read as in the reference', () => {
    const [reference, production] = ['at\n31/12/2024\n01/06/2024\n', 'at\n03/04/2025\n'];
    const body = detectCsv(reference, production);
    expect(body.feature_details.at?.ranges?.production).toEqual(['2025-04-03', '2025-04-03']);
    const asUs = detectCsv('at\n03/04/2024\n', production, { dates: 'mdy' });
    expect(asUs.feature_details.at?.ranges?.reference).toEqual(['2024-03-04', '2024-03-04']);
  });

  it('Unix times are dates, in JSON too', () => {
    const rows = (n: number): Row[] => Array.from({ length: n }, (_, i) => ({ created_at: start / 1000 + i * 3_600 }));
    expect(detectDrift(rows(800), rows(700)).feature_details.created_at).toMatchObject({ type: 'timestamp' });
  });
});

describe('row numbers and ids', () => {
  const uuid = (i: number) => `${(0x1000_0000 + i * 7919).toString(16)}-0000-4000-8000-${String(i).padStart(12, '0')}`;
  const table = (from: number, n: number) =>
    text(',position,uuid,x', n, (i) => `${(i * 7) % n},${from + i},${uuid(from + i)},${(i * 7919) % 1009}`);

  it('are recognized in order, shuffled under the name of an index, and as UUIDs', () => {
    const body = detectCsv(table(0, 600), table(600, 500));
    expect(body.summary).toBe('No drift in 1 of 4 columns; 3 not tested: Unnamed: 0, position, uuid');
    expect(body.not_tested.find(({ feature }) => feature === 'position')?.reason).toBe('its values number the rows');
  });

  it('are what presets compare, as the tools do', () => {
    const body = detectCsv(table(0, 600), table(600, 500), { preset: 'evidently', tool: 'evidently' });
    expect(body.features_with_drift).toContain('position');
    expect(body.not_tested).toEqual([{ feature: 'uuid', reason: expect.stringContaining('free text') }]);
  });
});

describe('types', () => {
  const ids = text('id,zip,flag', 200, (i) => `${1000 + ((i * 7919) % 1009)},0${1000 + (i % 90)},${i % 2}`);

  it('a declared type wins over what a column looks like', () => {
    const of = (types: ReadOptions['types']) => detectCsv(ids, ids, { types });
    expect(of(undefined).not_tested).toEqual([{ feature: 'id', reason: expect.stringContaining('identifier') }]);
    expect(of(new Map([['id', 'numeric']])).not_tested).toEqual([]);
    expect(of(new Map([['zip', 'categorical']])).feature_details.zip?.type).toBe('categorical');
    expect(of(new Map([['zip', 'identifier']])).not_tested.map(({ feature }) => feature)).toEqual(['id', 'zip']);
  });

  it('text that is declared numeric is refused, with an example', () => {
    const cities = text('city', 60, (i) => ['Bonn', 'Ulm'][i % 2] as string);
    expect(() => detectCsv(cities, cities, { types: new Map([['city', 'numeric']]) })).toThrow(
      /reference, column "city", is declared numeric, but 60 of its 60 cells are no numbers, such as "(Bonn|Ulm)"/,
    );
    expect(() => detectCsv(cities, cities, { types: new Map([['city', 'timestamp']]) })).toThrow(/no dates/);
  });

  it('booleans are the same in any case, and as 1 and 0 in production', () => {
    const flags = (names: readonly string[]) => text('flag', 300, (i) => names[i % names.length] as string);
    for (const names of [
      ['true', 'false'],
      ['TRUE', 'False'],
      ['1', '0'],
    ])
      expect(detectCsv(flags(['True', 'False']), flags(names)).drift_detected).toBe(false);
    expect(detectCsv(flags(['Yes', 'no', 'YES', 'No']), flags(['yes', 'no'])).drift_detected).toBe(false);
    expect(detectCsv(flags(['0', '1']), flags(['0', '1'])).feature_details.flag?.figures.categories?.names).toEqual([
      '0',
      '1',
    ]);
  });

  it('a date that production writes in another way is a mismatch', () => {
    const days = (n: number, of: (i: number) => string) => text('day', n, of);
    const iso = days(300, (i) => new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10));
    const words = days(300, (i) => `day ${i % 40}`);
    expect(detectCsv(iso, words).features_with_drift).toEqual(['day']);
    expect(detectCsv(words, iso).features_with_drift).toEqual(['day']);
    const numbers = days(300, (i) => String((i * 7919) % 1009));
    expect(detectCsv(numbers, iso).features_with_drift).toEqual(['day']);
    expect(detectCsv(iso, numbers).features_with_drift).toEqual(['day']);
  });
});

describe('nothing that was not tested passes for tested', () => {
  const table = text('x,city', 200, (i) => `${(i * 7919) % 1009},${['Bonn', 'Ulm'][i % 2]}`);

  it('a column for which no chosen test is meant', () => {
    expect(detectCsv(table, table, { tests: ['ks'] })).toMatchObject({
      summary: 'No drift in 1 of 2 columns; 1 not tested: city',
      not_tested: [{ feature: 'city', reason: 'none of the chosen tests suits it' }],
    });
  });

  it('a column that only production has, and one whose tests cannot say', () => {
    const more = text('x,city,new', 200, (i) => `${i < 190 ? '' : i},${['Bonn', 'Ulm'][i % 2]},a`);
    const body = detectCsv(
      text('x,city', 200, (i) => `${i < 190 ? '' : i},${['Bonn', 'Ulm'][i % 2]}`),
      more,
    );
    expect(body).toMatchObject({ summary: 'No drift in 1 of 2 columns; 1 inconclusive: x; 1 only in production: new' });
    expect(body.inconclusive_columns).toEqual(['x']);
  });

  it('only a table of which all was tested gets a check mark', () => {
    expect(detectCsv(table, table).summary).toBe('✅ No significant drift detected');
  });
});
