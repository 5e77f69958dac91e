import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { TEST_NAMES } from '../src/core/drift/test-name.ts';
import * as library from '../src/index.ts';
import { listExamples, runExample } from './core/examples.ts';

describe('the library', () => {
  it('has what the README promises', () => {
    expect(Object.keys(library).sort()).toEqual(
      ['AppError', 'DriftDetector', 'compareProfiles', 'detectDrift', 'profileOf', 'tests'].sort(),
    );
    expect(Object.keys(library.tests)).toEqual(TEST_NAMES);
  });

  it('profiles of rows can be merged away from them and compared', () => {
    const rows = (n: number, shift: number) =>
      Array.from({ length: n }, (_, i) => ({ x: ((i * 7919) % 1009) / 10 + shift }));
    const { checks } = library.compareProfiles(library.profileOf(rows(400, 0)), library.profileOf(rows(300, 30)), {
      policy: 'calibrated',
      alpha: 0.05,
      tests: ['ks'],
    });
    expect(checks).toMatchObject([{ subject: 'x', method: 'ks', verdict: 'fail', direction: 'higher' }]);
  });

  it('importing it starts nothing: no server, no database, no timer', () => {
    const source = new URL('../src/index.ts', import.meta.url).href;
    // tsx itself tries to connect to a parent of its own, which Node 24 lists: what was there before is not ours.
    const script = `
      const before = process.getActiveResourcesInfo();
      await import(${JSON.stringify(source)});
      const started = process.getActiveResourcesInfo().filter((r) => !/Pipe|TTY|Message|FSReq/.test(r));
      console.log(started.filter((r) => !before.includes(r)).join());`;
    const out = execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      encoding: 'utf8',
    });
    expect(out.trim()).toBe('');
  });

  it('the README’s example prints what it says', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    const code = /```ts\n([\s\S]+?)```/.exec(readme)?.[1] ?? '';
    const expected = [...code.matchAll(/^console\.log.* \/\/ (.+)$/gm)].map(([, line]) => line);
    const source = new URL('../src/index.ts', import.meta.url).href;
    const script = code.replace("'plumbline'", JSON.stringify(source));
    const out = execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      encoding: 'utf8',
    });
    expect(expected).toHaveLength(3);
    expect(out.trim().split('\n')).toEqual(expected);
  });

  it('package.json names it, types and all', () => {
    const { exports } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
    expect(exports['.']).toEqual({ types: './dist/index.d.ts', default: './dist/index.js' });
  });
});

describe('every example in a docstring of src/services/datasets is true', () => {
  const examples = listExamples('services/datasets');
  it('there are some', () => {
    expect(examples.length).toBeGreaterThan(0);
  });
  it.each(examples)('$file: $code', async (example) => {
    const { actual, expected } = await runExample(example, { Buffer });
    expect(actual).toEqual(expected);
  });
});
