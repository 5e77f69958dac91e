import picocolors from 'picocolors';
import { describe, expect, it } from 'vitest';
import { describeError } from '../../../src/core/format/describe-error.ts';
import { openLog } from '../../../src/runtime/logging/log.ts';
import { renderLogLine } from '../../../src/runtime/logging/log-for-people.ts';

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const PLAIN = picocolors.createColors(false);

/** What the log writes of one entry. */
function written(level: 'debug' | 'info' | 'warn' | 'error', fields: object, message: string): string {
  let line = '';
  openLog('debug', { write: (text) => (line = text) })[level](fields, message);
  return line;
}

describe('the log', () => {
  it('is a line of JSON an entry, with an ISO time and the name of the level', () => {
    const line = written('warn', { monitor: 'payments' }, 'the run failed');
    expect(line).toMatch(/^\{.*\}\n$/);
    expect(JSON.parse(line)).toEqual({
      level: 'warn',
      time: expect.stringMatching(TIME),
      monitor: 'payments',
      msg: 'the run failed',
    });
  });

  it('shows an error by its description, whether or not it was described', () => {
    const error = Object.assign(new TypeError('broken', { cause: new Error('inner') }), {
      code: '53100',
      detail: 'secret',
    });
    for (const err of [error, describeError(error)]) {
      expect(JSON.parse(written('error', { err }, 'failed')).err).toEqual(describeError(error));
    }
  });

  it('is silent below its level', () => {
    const lines: string[] = [];
    openLog('warn', { write: (line) => void lines.push(line) }).info('nothing');
    expect(lines).toEqual([]);
  });
});

describe('in a terminal an entry', () => {
  const render = (level: 'debug' | 'info' | 'warn' | 'error', fields: object, message: string) =>
    renderLogLine(written(level, fields, message), PLAIN).replace(/^\S+/, (time) => (TIME.test(time) ? 'TIME' : time));

  it('is one line with time, level, message and fields', () => {
    expect(render('info', { migration: '0001_streams.sql', ms: 1.5, reason: 'two words' }, 'migration applied')).toBe(
      'TIME INFO  migration applied migration=0001_streams.sql ms=1.5 reason="two words"',
    );
    expect(render('error', {}, 'broken')).toBe('TIME ERROR broken');
  });

  it('shows an error with its frames and causes', () => {
    const error = new TypeError('outer', { cause: Object.assign(new Error('inner'), { code: '53100' }) });
    const [head, outer, frame, ...rest] = render('error', { err: describeError(error) }, 'request failed').split('\n');
    expect([head, outer]).toEqual(['TIME ERROR request failed', '    TypeError: outer']);
    expect(frame).toMatch(/^ {6}at /);
    expect(rest).toContain('    Error: inner (53100)');
  });

  it.each([
    ['colors and cursor', '\x1b[2J\x1b]0;title\x07', '\\u{1b}[2J\\u{1b}]0;title\\u{7}'],
    ['C1 controls', '\u009b31m', '\\u{9b}31m'],
    ['lines', 'a\nTIME INFO  forged', 'a\\u{a}TIME INFO  forged'],
    ['the direction of text', 'a\u202eb', 'a\\u{202e}b'],
  ])('cannot act on %s', (_what, text, shown) => {
    const line = render('info', { stream: text, [text]: 1, err: { type: text, message: text, stack: '' } }, text);
    expect(line).toContain(` INFO  ${shown} `);
    expect(line.replaceAll('\n    ', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  it('has the colors of its level', () => {
    const colored = renderLogLine(written('warn', {}, 'x'), picocolors.createColors(true));
    expect(colored).toContain(picocolors.createColors(true).yellow('WARN '));
  });
});
