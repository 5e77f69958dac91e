import { expect, it } from 'vitest';
import { GroupCommit } from '../../../src/services/ingest/group-commit.ts';
import { DatabaseUnavailable } from '../../../src/store/database.ts';

function recorder(fail: (group: readonly number[]) => Error | undefined = () => undefined) {
  const groups: (readonly number[])[] = [];
  const commits = new GroupCommit<number, number>({
    commit: async (group) => {
      groups.push([...group]);
      await new Promise((resolve) => setImmediate(resolve));
      const error = fail(group);
      if (error !== undefined) throw error;
      return group.map((n) => n * 10);
    },
    workers: 1,
    sizeOf: () => 1,
    maxSize: 4,
  });
  return { groups, commits };
}

it('commits together what came together, and answers each with its own', async () => {
  const { groups, commits } = recorder();
  expect(await Promise.all([1, 2, 3].map((n) => commits.submit(n)))).toEqual([10, 20, 30]);
  expect(groups).toEqual([[1, 2, 3]]);
});

it('takes no more than one commit may hold, and leaves nobody behind', async () => {
  const { groups, commits } = recorder();
  const all = Array.from({ length: 10 }, (_, n) => n);
  expect(await Promise.all(all.map((n) => commits.submit(n)))).toEqual(all.map((n) => n * 10));
  expect(groups.map((group) => group.length)).toEqual([4, 4, 2]);
  await commits.drain();
});

it('a fault of one request is its own: the others are committed', async () => {
  const { groups, commits } = recorder((group) => (group.includes(2) ? new Error('poison') : undefined));
  const results = await Promise.allSettled([1, 2, 3].map((n) => commits.submit(n)));
  expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(groups).toEqual([[1, 2, 3], [1], [2], [3]]);
});

it('when the database is away nobody is tried again: the commit may have happened', async () => {
  const { groups, commits } = recorder(() => new DatabaseUnavailable('gone'));
  const results = await Promise.allSettled([1, 2].map((n) => commits.submit(n)));
  expect(results.map((result) => result.status)).toEqual(['rejected', 'rejected']);
  expect(groups).toHaveLength(1);
});

it('who waits for a database that is away is refused with those before, and not after a time-out more', async () => {
  const { groups, commits } = recorder(() => new DatabaseUnavailable('gone'));
  const results = await Promise.allSettled([1, 2, 3, 4, 5, 6].map((n) => commits.submit(n)));
  expect(results.map((result) => result.status)).toEqual(Array(6).fill('rejected'));
  expect(groups).toEqual([[1, 2, 3, 4]]);
});

it('when the database goes while requests are tried apart, the rest is refused', async () => {
  const { groups, commits } = recorder((group) => {
    if (group.length > 1) return new Error('poison');
    return group.includes(2) ? new DatabaseUnavailable('gone') : undefined;
  });
  const results = await Promise.allSettled([1, 2, 3].map((n) => commits.submit(n)));
  expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'rejected']);
  expect(groups).toEqual([[1, 2, 3], [1], [2]]);
});
