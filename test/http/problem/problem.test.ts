import { describe, expect, it } from 'vitest';
import { AppError, ERRORS, type ErrorCode } from '../../../src/core/errors.ts';
import { describeError } from '../../../src/core/format/describe-error.ts';
import { toAppError, toProblem } from '../../../src/http/problem/problem.ts';
import { DatabaseUnavailable } from '../../../src/store/database.ts';

describe('a problem', () => {
  it.each(Object.keys(ERRORS) as ErrorCode[])(
    '%s carries its status, title and detail, and as a 5xx its request',
    (code) => {
      expect(toProblem(new AppError(code, 'What to do.'), 'id-1')).toEqual({
        type: `urn:plumbline:error:${code}`,
        title: ERRORS[code].title,
        status: ERRORS[code].status,
        code,
        detail: 'What to do.',
        ...(ERRORS[code].status >= 500 && { request_id: 'id-1' }),
      });
    },
  );

  it('lists the fields that are wrong', () => {
    const errors = [{ path: 'a.b', message: 'is wrong' }];
    expect(toProblem(new AppError('invalid_request', 'No.', { errors }), 'id-1').errors).toEqual(errors);
  });

  it('of a lost database asks to come again', () => {
    const error = toAppError(new DatabaseUnavailable('pool time-out at 10.0.0.7'));
    expect(error).toMatchObject({ code: 'database_unavailable', retryAfterSeconds: 2 });
    expect(error.message).not.toContain('10.0.0.7');
  });

  it.each([
    ['FST_ERR_CTP_BODY_TOO_LARGE', 'too_large'],
    ['FST_ERR_CTP_INVALID_MEDIA_TYPE', 'unsupported_media_type'],
    ['FST_ERR_CTP_INVALID_CONTENT_LENGTH', 'invalid_request'],
    ['FST_ERR_CTP_INVALID_JSON_BODY', 'invalid_json'],
    ['FST_ERR_CTP_EMPTY_JSON_BODY', 'invalid_json'],
    ['FST_ERR_BAD_URL', 'invalid_request'],
    ['FST_ERR_MAX_PARAM_LENGTH', 'not_found'],
  ])('of fastify’s %s is our %s', (code, ours) => {
    expect(toAppError(Object.assign(new Error('x'), { code })).code).toBe(ours);
  });

  it.each([new Error('secret'), new TypeError('secret'), 'secret', undefined, null, 42])(
    'of anything else (%s) says nothing of its cause',
    (thrown) => {
      const problem = toProblem(toAppError(thrown), 'id-1');
      expect(problem.status).toBe(500);
      expect(JSON.stringify(problem)).not.toContain('secret');
    },
  );
});

describe('describeError', () => {
  it('keeps type, message, code, frames and causes, but no field of its own that may hold data', () => {
    const cause = Object.assign(new Error('inner'), { code: '23505', detail: 'Key (name)=(secret) already exists.' });
    const described = describeError(new Error('outer', { cause }));
    expect(described).toMatchObject({ type: 'Error', message: 'outer', cause: { message: 'inner', code: '23505' } });
    expect(JSON.stringify(described)).not.toContain('secret');
    expect(described.stack).toMatch(/^ {4}at /);
  });

  it('is short, whatever was thrown', () => {
    const error = new Error('m'.repeat(1e6));
    error.stack = `${'x'.repeat(1e6)}\n${'    at minified'.repeat(1e4)}\n    at here (a.ts:1:1)`;
    error.cause = error;
    expect(JSON.stringify(describeError(error)).length).toBeLessThan(10_000);
    expect(describeError('text')).toEqual({ type: 'string', message: 'text' });
  });
});
