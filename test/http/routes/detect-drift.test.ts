import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { formulaCsv, formulaTable } from '../../services/datasets/formula-tables.ts';
import { emptyDatabase, withService } from '../service.ts';

const { app } = withService(emptyDatabase, { AUTH: 'off' });
const post = (payload: unknown) => app.inject({ method: 'POST', url: '/detect-drift', payload: payload as object });

interface Part {
  readonly name: string;
  readonly content: string | Buffer;
  readonly filename?: string;
}

function postForm(parts: readonly Part[]) {
  const boundary = 'plumbline-test';
  const bodies = parts.map(({ name, content, filename }) => {
    const file = filename === undefined ? '' : `; filename="${filename}"\r\nContent-Type: text/csv`;
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n`;
    return Buffer.concat([Buffer.from(head), Buffer.from(content), Buffer.from('\r\n')]);
  });
  return app.inject({
    method: 'POST',
    url: '/detect-drift',
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    payload: Buffer.concat([...bodies, Buffer.from(`--${boundary}--\r\n`)]),
  });
}

const rows = (n: number, shift = 0) =>
  Array.from({ length: n }, (_, i) => ({ age: ((i * 7919) % 1009) / 10 + shift, plan: ['a', 'b', 'c'][(i * i) % 3] }));
const csv = (n: number, shift = 0) =>
  `age,plan\n${rows(n, shift)
    .map(({ age, plan }) => `${age},${plan}`)
    .join('\n')}\n`;
const reference: Part = { name: 'reference', filename: 'r.csv', content: csv(500) };
const production: Part = { name: 'production', filename: 'p.csv', content: csv(400, 60) };

describe('POST /detect-drift', () => {
  it('the example of Sentinel’s own page: inconclusive, and not “no drift”', async () => {
    const answer = await post({
      reference_data: [{ age: 25, income: 50_000 }],
      production_data: [{ age: 45, income: 90_000 }],
    });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({ drift_detected: false, features_with_drift: [], verdict: 'inconclusive' });
    expect(answer.json().summary).not.toContain('No significant drift');
  });

  it('JSON and a form of files give the same answer', async () => {
    const inJson = await post({ reference_data: rows(500), production_data: rows(400, 60) });
    expect(inJson.json()).toMatchObject({ drift_detected: true, features_with_drift: ['age'] });
    const inForm = await postForm([reference, { ...production, content: gzipSync(production.content) }]);
    expect(inForm.json()).toEqual(inJson.json());
    const backwards = await postForm([production, reference]);
    expect(backwards.json().features_with_drift).toEqual(['age']);
  });

  it('21,000 and 9,000 rows give the same digits in JSON and in a form, whatever the tables are called', async () => {
    const [before, after] = [formulaTable(21_000, 0), formulaTable(9_000, 0.2)];
    const form = [
      { ...reference, content: formulaCsv(before) },
      { ...production, content: formulaCsv(after) },
    ];
    for (const options of [{ preset: 'sentinel' }, { policy: 'classic' }, {}]) {
      const inJson = await post({ reference_data: before, production_data: after, ...options });
      const fields = Object.entries(options).map(([name, content]) => ({ name, content }));
      expect((await postForm([...fields, ...form])).json()).toEqual(inJson.json());
    }
    const sketched = (n: number) => Array.from({ length: n }, (_, i) => ({ x: (i * 7919) % 100_003 }));
    const many = [sketched(110_000), sketched(105_000)] as const;
    const inJson = await post({ reference_data: many[0], production_data: many[1] });
    const inForm = await postForm([
      { ...reference, content: formulaCsv(many[0]) },
      { ...production, content: formulaCsv(many[1]) },
    ]);
    expect(inForm.json()).toEqual(inJson.json());
  });

  it('decimal commas and dates, in a form and in JSON; a workbook is named', async () => {
    const day = (i: number) => `${String(1 + (i % 12)).padStart(2, '0')}/0${1 + (i % 9)}/2024`;
    const german = Array.from({ length: 300 }, (_, i) => ({ price: `${i % 90},5`, day: day(i) }));
    const text = `price;day\n${german.map((row) => `${row.price};${row.day}`).join('\n')}\n`;
    const inForm = await postForm([
      { name: 'dates', content: 'mdy' },
      { ...reference, content: text },
      { ...production, content: text },
    ]);
    expect(inForm.json().notes[0]).toBe(
      'read in both tables: price as numbers with a decimal comma; day as dates mm/dd/yyyy',
    );
    const inJson = await post({ reference_data: german, production_data: german });
    expect(inJson.json()).toMatchObject({
      summary: '✅ No significant drift detected',
      feature_details: { price: { type: 'continuous' }, day: { type: 'timestamp' } },
    });
    const workbook = { ...reference, filename: 'r.xlsx', content: `PK\x03\x04${'\0'.repeat(26)}[Content_Types].xml` };
    const refused = await postForm([workbook, production]);
    expect(refused.json()).toMatchObject({
      status: 400,
      detail: expect.stringMatching(/reference is an Excel workbook.*: r\.xlsx/),
    });
    expect((await post({ reference_data: german, production_data: german, decimal: ';' })).json().detail).toMatch(
      /^decimal: use/,
    );
  });

  it('options, in a body and as fields of a form', async () => {
    const options = { significance_level: 0.01, psi_threshold: 99, floors: { ks: 0.99 }, tests: ['ks', 'psi'] };
    const quiet = { drift_detected: false, features_with_drift: [] };
    const body = { reference_data: rows(500), production_data: rows(400, 60) };
    expect((await post({ ...body, ...options })).json()).toMatchObject(quiet);
    const fields = Object.entries(options).map(([name, value]) => ({ name, content: JSON.stringify(value) }));
    expect((await postForm([reference, production, ...fields])).json()).toMatchObject(quiet);
    const declared = [{ name: 'categorical_features', content: 'age, plan' }, reference, production];
    expect((await postForm(declared)).json().feature_details.age.type).toBe('categorical');
    const late = { name: 'features', content: JSON.stringify({ age: { type: 'ignore' } }) };
    expect(Object.keys((await postForm([reference, production, late])).json().feature_details)).toEqual(['plan']);
    const ignored = await post({ ...body, features: { age: { type: 'ignore' } } });
    expect(Object.keys(ignored.json().feature_details)).toEqual(['plan']);
    expect((await post({ ...body, preset: 'sentinel' })).json()).toMatchObject({
      preset: 'sentinel',
      drift_detected: true,
    });
    expect((await post({ ...body, aggregate: 'share', drift_share: 1 })).json().drift_detected).toBe(false);
  });

  it.each<[string, unknown, string, RegExp]>([
    ['no body', {}, 'invalid_request', /reference_data: use a list of objects/],
    ['no rows', { reference_data: [], production_data: [{ a: 1 }] }, 'invalid_request', /reference_data: is empty/],
    [
      'rows of numbers',
      { reference_data: [1], production_data: [2] },
      'invalid_dataset',
      /reference_data is not a list of objects/,
    ],
    [
      'an object in a cell',
      { reference_data: [{ a: { b: 1 } }], production_data: [{ a: 1 }] },
      'invalid_dataset',
      /row 1, column "a": an object/,
    ],
    [
      'a level of -1',
      { reference_data: [{ a: 1 }], production_data: [{ a: 1 }], significance_level: -1 },
      'invalid_request',
      /significance_level: use a number above 0/,
    ],
    [
      'a level "x"',
      { reference_data: [{ a: 1 }], production_data: [{ a: 1 }], significance_level: 'x' },
      'invalid_request',
      /significance_level: use a number between 0 and 1/,
    ],
    [
      'a test that does not exist',
      { reference_data: [{ a: 1 }], production_data: [{ a: 1 }], tests: ['nope'] },
      'invalid_request',
      /tests: use "auto" or a list of ks/,
    ],
    [
      'a column that is both',
      {
        reference_data: [{ a: 1 }],
        production_data: [{ a: 1 }],
        categorical_features: ['a'],
        features: { a: { type: 'numeric' } },
      },
      'invalid_request',
      /features\.a\.type/,
    ],
  ])('%s is refused', async (_, payload, code, detail) => {
    const answer = await post(payload);
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code, detail: expect.stringMatching(detail) });
  });

  it.each<[string, Part[], RegExp]>([
    ['one file', [reference], /two files/],
    ['a file of another name', [{ ...reference, name: 'foo' }], /^Unknown file field "foo"/],
    ['a broken table', [{ ...reference, content: 'a,b\n1\n' }, production], /reference has 1 cells in row 1/],
    ['a broken gzip', [{ ...reference, content: gzipSync(csv(500)).subarray(0, 60) }, production], /gzip/],
    ['a wrong field', [{ name: 'significance_level', content: '7' }, reference, production], /significance_level/],
  ])('a form with %s is refused', async (_, parts, detail) => {
    const answer = await postForm(parts);
    expect(answer.statusCode).toBe(400);
    expect(answer.json().detail).toMatch(detail);
  });

  it('a body that is neither is 415', async () => {
    const answer = await app.inject({
      method: 'POST',
      url: '/detect-drift',
      headers: { 'content-type': 'text/csv' },
      payload: 'a\n1\n',
    });
    expect(answer.statusCode).toBe(415);
  });

  it('a form cut short is refused', async () => {
    const answer = await app.inject({
      method: 'POST',
      url: '/detect-drift',
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
      payload: '--x\r\nContent-Disposition: form-data; name="reference"; filename="r.csv"\r\n\r\na,b\n1,2\n',
    });
    expect(answer.statusCode).toBe(400);
  });

  it('a file without a name is refused', async () => {
    const answer = await app.inject({
      method: 'POST',
      url: '/detect-drift',
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
      payload: '--x\r\nContent-Disposition: form-data; filename="r.csv"\r\n\r\na,b\n1,2\n\r\n--x--\r\n',
    });
    expect(answer.json()).toMatchObject({ status: 400, code: 'invalid_dataset' });
  });

  it('ten thousand columns, and a hundred thousand distinct names', async () => {
    const wide = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`c${i}`, i]));
    const answer = await post({ reference_data: [wide], production_data: [wide] });
    expect(Object.keys(answer.json().feature_details)).toHaveLength(10_000);
    const names = (prefix: string) => Array.from({ length: 100_000 }, (_, i) => ({ name: `${prefix}${i}` }));
    const many = await post({ reference_data: names('a'), production_data: names('b') });
    expect(many.json()).toMatchObject({ verdict: 'inconclusive', not_tested: [{ feature: 'name' }] });
  });
});
