import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { AppError, ERRORS, type ErrorCode, isTemporary } from '../../src/core/errors.ts';

const PAGE = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
const ROW = /^\| `(\w+)` \| (\d{3}) \| (.+?) \| (.+?) \|$/gm;

describe('the table of errors', () => {
  it('is what docs/errors.md says, row by row, and nothing more', () => {
    const written = [...PAGE.matchAll(ROW)].map(([, code, status, title]) => ({ code, status: Number(status), title }));
    const known = Object.entries(ERRORS).map(([code, { status, title }]) => ({ code, status, title }));
    expect(written).toEqual(known);
  });

  it('says for each what to do, in a sentence', () => {
    const advice = [...PAGE.matchAll(ROW)].map(([, , , , advice]) => advice);
    for (const sentence of advice) expect(sentence).toMatch(/^[A-Z].{15,}\.$/);
  });

  it('says when to try again where the fault passes by itself', () => {
    for (const [code, { status }] of Object.entries(ERRORS)) {
      expect(isTemporary(code as ErrorCode), code).toBe(status === 502 || status === 503);
    }
    expect(new AppError('upstream_unavailable', 'It does not answer.').retryAfterSeconds).toBe(30);
  });

  it('gives an AppError its status', () => {
    const error = new AppError('overloaded', 'Wait.', { retryAfterSeconds: 1 });
    expect(error).toMatchObject({ code: 'overloaded', status: 503, message: 'Wait.', retryAfterSeconds: 1 });
  });
});
