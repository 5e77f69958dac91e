import { describe, expect, it } from 'vitest';
import { BY_ID, OLDEST, pagesBy } from '../../src/store/page.ts';

const rows = (...ids: readonly number[]) => ids.map((id) => ({ id, name: `row ${id}` }));

describe('a page', () => {
  it('has the rows up to the limit, and a cursor only where one more was found', () => {
    expect(BY_ID.cut(rows(1, 2), 2)).toEqual({ rows: rows(1, 2), next: null });
    expect(BY_ID.cut([], 2)).toEqual({ rows: [], next: null });
    const page = BY_ID.cut(rows(1, 2, 3), 2);
    expect(page.rows).toEqual(rows(1, 2));
    expect(BY_ID.start(page.next ?? '', OLDEST)).toEqual({ id: 2 });
  });

  it('begins at the first position without a cursor', () => {
    expect(BY_ID.start(undefined, OLDEST)).toEqual(OLDEST);
  });

  it('has every number that orders the list', () => {
    const pages = pagesBy('windowEndMs', 'id');
    const found = [
      { id: 9, windowEndMs: 1_773_491_700_000 },
      { id: 7, windowEndMs: 1_773_491_700_000 },
    ];
    const { next } = pages.cut(found, 1);
    expect(pages.start(next ?? '', { windowEndMs: 0, id: 0 })).toEqual({ windowEndMs: 1_773_491_700_000, id: 9 });
  });

  it('may begin after any id that JSON carries exactly', () => {
    const { next } = BY_ID.cut(rows(Number.MAX_SAFE_INTEGER, 1), 1);
    expect(BY_ID.start(next ?? '', OLDEST)).toEqual({ id: Number.MAX_SAFE_INTEGER });
    const beyond = Buffer.from('9007199254740992').toString('base64url');
    expect(() => BY_ID.start(beyond, OLDEST)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
  });

  it.each(['', 'x', Buffer.from('1.2').toString('base64url'), Buffer.from('-1').toString('base64url')])(
    'refuses %j, which is not a cursor of the list',
    (cursor) => {
      expect(() => BY_ID.start(cursor, OLDEST)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
    },
  );
});
