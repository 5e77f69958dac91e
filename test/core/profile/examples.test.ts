import { expect, test } from 'vitest';
import * as codec from '../../../src/core/profile/codec.ts';
import * as counts from '../../../src/core/profile/counts.ts';
import * as hll from '../../../src/core/profile/hll.ts';
import * as kll from '../../../src/core/profile/kll.ts';
import * as leaves from '../../../src/core/profile/leaves.ts';
import * as moments from '../../../src/core/profile/moments.ts';
import * as path from '../../../src/core/profile/path.ts';
import * as profile from '../../../src/core/profile/profile.ts';
import * as rules from '../../../src/core/profile/rules.ts';
import * as runCodec from '../../../src/core/profile/run-codec.ts';
import * as sortRun from '../../../src/core/profile/sort-run.ts';
import * as sortedRuns from '../../../src/core/profile/sorted-runs.ts';
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

test.each(listExamples('core/profile'))('$file: $code is $expected', ({ code, expected }) => {
  expect(evaluate(code)).toEqual(evaluate(expected));
});
