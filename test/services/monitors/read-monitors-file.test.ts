import { describe, expect, it } from 'vitest';
import { checkMonitors } from '../../../src/services/monitors/check-monitors.ts';
import { readMonitorsFile } from '../../../src/services/monitors/read-monitors-file.ts';

/** Every error of a file, as `plumbline apply` shows them. */
function errorsOf(text: string): { line: number; message: string }[] {
  const file = readMonitorsFile(text);
  const errors = [...file.errors, ...checkMonitors(file.documents, new Set(['slack'])).map(file.atLine)];
  return errors.sort((a, b) => a.line - b.line);
}

const GOOD = `# what is watched
monitors:
  - name: payments
    stream: {service: payments_api, endpoint: POST /v2/payments}
    window: 1h
    every: 5m
  - name: nightly
    stream:
      service: jobs
      endpoint: nightly
    window: 24h
    cron: 30 2 * * *
    zone: Europe/Berlin
    quiet_hours: {from: "22:00", to: "07:00", zone: Europe/Berlin}
    labels: {team: data}
`;

describe('readMonitorsFile', () => {
  it('takes a good file, YAML or JSON, under monitors or as a bare list', () => {
    const { documents } = readMonitorsFile(GOOD);
    expect(documents).toMatchObject([
      { name: 'payments', every: '5m' },
      { name: 'nightly', cron: '30 2 * * *' },
    ]);
    expect(errorsOf(GOOD)).toEqual([]);
    expect(errorsOf(JSON.stringify({ monitors: documents }, null, 2))).toEqual([]);
    expect(readMonitorsFile(JSON.stringify(documents)).documents).toEqual(documents);
    expect(errorsOf(JSON.stringify(documents))).toEqual([]);
  });

  it('reports five mistakes at five lines, and nothing else', () => {
    const text = `monitors:
  - name: payments
    stream:
      service: payments_api
      endpoint: POST /v2/payments
    winow: 30m
    window: 1h
    every: 5m
    severity:
      warning: 1.5
      slo: fatal
  - name: other
    stream: {service: other, endpoint: GET /}
    window: 1h
    every: often
    quiet_hours:
      from: "22:00"
      to: "7:00"
    channels:
      - slack
      - pager
  - name: third
    stream: {service: third, endpoint: GET /}
    window: 1h
    every: 1h
    channels:
      - slack
      - pager
`;
    expect(errorsOf(text.replace('      - pager\n  - name: third', '  - name: third'))).toEqual([
      { line: 6, message: 'monitors.0.winow: unknown setting "winow"; did you mean window?' },
      { line: 11, message: expect.stringMatching(/^monitors\.0\.severity\.slo: /) },
      { line: 15, message: expect.stringMatching(/^monitors\.1\.every: use 30m/) },
      { line: 18, message: 'monitors.1.quiet_hours.to: use HH:MM, in quotes' },
      { line: 27, message: 'monitors.2.channels.1: no channel is called "pager"; there are slack' },
    ]);
  });

  it('what is missing is reported at the line where its monitor begins', () => {
    expect(
      errorsOf('monitors:\n  - name: a\n    window: 1h\n    every: 5m\n  -\n    name: b\n    every: 5m\n'),
    ).toMatchObject([
      { line: 2, message: 'monitors.0.stream: is missing' },
      { line: 6, message: 'monitors.1.stream: is missing' },
      { line: 6, message: expect.stringMatching(/^monitors\.1\.window: /) },
    ]);
  });

  it('the lines of a bare list are its own', () => {
    const text = `- name: a\n  stream: {service: s, endpoint: e}\n  window: 1h\n  every: 5m\n- name: a\n  stream: {service: s, endpoint: e}\n  window: 1h\n  alpha: 3\n  every: 5m\n`;
    const [first, ...more] = errorsOf(
      text.replace(
        'name: a\n  stream: {service: s, endpoint: e}\n  window: 1h\n  alpha',
        'name: b\n  stream: {service: s, endpoint: e}\n  window: 1h\n  alpha',
      ),
    );
    expect(first).toMatchObject({ line: 8, message: expect.stringMatching(/alpha: /) });
    expect(more).toEqual([]);
    expect(errorsOf(text.replace('  alpha: 3\n', ''))).toMatchObject([
      { line: 5, message: expect.stringMatching(/"a" is the name/) },
    ]);
  });

  it('a key on a line of its own is reported there, not where its value begins', () => {
    const text = `${GOOD}    features:\n      amount:\n        alpha:\n          7\n`;
    expect(errorsOf(text)).toMatchObject([{ line: 18 }]);
  });

  it.each(['a/b', '~', '200', 'request["a.b"]', '[]', 'a b', 'true', 'null'])(
    'finds the line within a feature called %s',
    (name) => {
      const text = `${GOOD}    features:\n      fine: {alpha: 0.1}\n      ${JSON.stringify(name)}:\n        ignore: false\n        alpha: 7\n`;
      expect(errorsOf(text)).toMatchObject([{ line: 20, message: expect.stringContaining(name) }]);
    },
  );

  it('other keys beside monitors are refused at their lines', () => {
    expect(errorsOf(`version: 1\n${GOOD}chanels: []\n`)).toEqual([
      { line: 1, message: 'unknown setting "version"; monitors are listed under monitors:' },
      { line: 17, message: 'unknown setting "chanels"; monitors are listed under monitors:' },
    ]);
  });

  it.each(['', '# nothing\n', 'monitors:\n', 'monitors: {}\n', 'monitors: a\n', '{}', 'null', '5', 'hello'])(
    'without a list of monitors it says how to write one: %j',
    (text) => {
      const { documents, errors } = readMonitorsFile(text);
      expect(documents).toEqual([]);
      expect(errors).toEqual([
        { line: 1, message: 'list monitors under monitors:, each with name, stream, window and every' },
      ]);
    },
  );

  it('a list without monitors is a list', () => {
    expect(errorsOf('monitors: []')).toEqual([]);
    expect(errorsOf('[]')).toEqual([]);
  });

  it('what is not YAML is reported with its line, alone', () => {
    expect(errorsOf('monitors:\n  - name: a\n  window: [1\n')).not.toHaveLength(0);
    expect(errorsOf('monitors:\n\t- name: a\n')).toMatchObject([{ line: 2 }]);
    expect(errorsOf('monitors:\n  - name: a\n    name: b\n')).toEqual([
      { line: 3, message: 'Map keys must be unique' },
    ]);
    expect(errorsOf('monitors: []\n---\nmonitors: []\n')).toMatchObject([{ line: 2 }]);
  });

  it('refuses a small file that would become a big one', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < 9; i++)
      lines.push(`a${i}: &a${i} [${Array.from({ length: 10 }, () => `*a${i - 1}`).join(', ')}]`);
    const { documents, errors } = readMonitorsFile(`${lines.join('\n')}\nmonitors: [*a8]\n`);
    expect(documents).toEqual([]);
    expect(errors.length).toBeGreaterThan(0);
    expect(JSON.stringify(errors).length).toBeLessThan(10_000);
  });

  it('reports an alias of nothing with its line', () => {
    expect(errorsOf('monitors:\n  - name: *nobody\n')).toMatchObject([
      { line: 2, message: expect.stringContaining('nobody') },
    ]);
  });

  it('an anchor may be used', () => {
    const text =
      'monitors:\n  - name: a\n    stream: &s {service: s, endpoint: e}\n    window: 1h\n    every: 5m\n  - name: b\n    stream: *s\n    window: 1h\n    every: 5m\n    alpha: 9\n';
    expect(errorsOf(text)).toMatchObject([{ line: 10 }]);
    expect(readMonitorsFile(text).documents).toMatchObject([{}, { stream: { service: 's' } }]);
  });

  it('lines are right after CRLF too', () => {
    expect(errorsOf(`${GOOD}    alpha: 7\n`.replaceAll('\n', '\r\n'))).toMatchObject([{ line: 16 }]);
  });
});
