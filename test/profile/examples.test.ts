import { expect, test } from 'vitest';
import * as codec from '../../src/profile/codec.ts';
import * as counts from '../../src/profile/counts.ts';
import * as hll from '../../src/profile/hll.ts';
import * as kll from '../../src/profile/kll.ts';
import * as leaves from '../../src/profile/leaves.ts';
import * as moments from '../../src/profile/moments.ts';
import * as path from '../../src/profile/path.ts';
import * as profile from '../../src/profile/profile.ts';
import * as rules from '../../src/profile/rules.ts';
import * as runCodec from '../../src/profile/run-codec.ts';
import * as sortRun from '../../src/profile/sort-run.ts';
import * as sortedRuns from '../../src/profile/sorted-runs.ts';
import { listExamples } from '../stats/examples.ts';

const scope = Object.assign(
  {},
  codec,
  counts,
  hll,
  kll,
  leaves,
  moments,
  path,
  profile,
  rules,
  runCodec,
  sortRun,
  sortedRuns,
);

/** The value of the last of some statements. */
function evaluate(code: string): unknown {
  const last = code.lastIndexOf('; ') + 1;
  return new Function(...Object.keys(scope), `${code.slice(0, last)} return (${code.slice(last)})`)(
    ...Object.values(scope),
  );
}

test.each(listExamples('profile'))('$file: $code is $expected', ({ code, expected }) => {
  expect(evaluate(code)).toEqual(evaluate(expected));
});
