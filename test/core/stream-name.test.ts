import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AppError } from '../../src/core/errors.ts';
import { assertNewName, lengthErrors, streamNameFields } from '../../src/core/stream-name.ts';

const streamName = z.object(streamNameFields);
const LONGEST = { service: '😀'.repeat(200), endpoint: 'e'.repeat(400) };

describe('the name of a stream', () => {
  it('may be new up to 200 and 400 characters, a surrogate pair counted once', () => {
    expect(lengthErrors(LONGEST)).toEqual([]);
    expect(lengthErrors({ service: `${LONGEST.service}x`, endpoint: `${LONGEST.endpoint}x` })).toEqual([
      { path: 'service', message: 'is longer than 200 characters' },
      { path: 'endpoint', message: 'is longer than 400 characters' },
    ]);
    expect(() => assertNewName(LONGEST, 'invalid_request')).not.toThrow();
    expect(() => assertNewName({ service: 's', endpoint: 'e'.repeat(401) }, 'invalid_baseline')).toThrow(
      new AppError('invalid_baseline', 'endpoint: is longer than 400 characters.', {
        errors: [{ path: 'endpoint', message: 'is longer than 400 characters' }],
      }),
    );
  });

  it.each([
    ['', 'is empty'],
    ['a\0', 'holds a NUL character'],
    ['a\ud800', 'holds half of a surrogate pair'],
    ['x'.repeat(513), 'is longer than 200 characters'],
    [['a', 'b'], 'is given more than once'],
  ])('is looked up unless it could never be stored: %j', (service, message) => {
    const { error } = streamName.safeParse({ service, endpoint: 'e' });
    expect(error?.issues.map((issue) => issue.message)).toEqual([message]);
    expect(streamName.safeParse({ service: '😀'.repeat(512), endpoint: 'e'.repeat(512) }).success).toBe(true);
  });
});
