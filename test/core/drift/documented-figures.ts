import type { FeatureType } from '../../../src/core/drift/drift-test.ts';
import type { TestName } from '../../../src/core/drift/test-name.ts';
import { DRIFT_TESTS } from '../../../src/core/drift/test-table.ts';
import { seededRng } from '../../../src/core/stats/rng.ts';
import { NULL_SCENARIOS } from './null-scenarios.ts';
import { countFound, PROMISES } from './power-promises.ts';

const DRAWS = 2_000;
const TYPE_WORDS: Record<FeatureType, string> = {
  numeric: 'numbers',
  categorical: 'categories',
  identifier: 'identifiers',
};

/** The scenario in which a test is shown quiet. */
const SHOWN_IN: { readonly [name in TestName]?: string } = {
  psi: 'three categories, 300 and 710',
  js: 'three categories, 300 and 710',
  kl: 'three categories, 300 and 710',
  chi2: 'three categories, 300 and 710',
  hellinger: 'three categories, 300 and 710',
  tvd: 'three categories, 300 and 710',
  linf: 'three categories, 300 and 710',
  gtest: 'three categories, 300 and 710',
  ztest: 'two categories, 300 and 710',
  fisher: 'two categories, 300 and 710',
  missing: '10 % missing, 400 and 300',
  type_mismatch: '10 % of a wrong type, 500 and 300',
  unseen: '200 Zipf categories, 300 and 710',
};
const SHOWN_ELSE = 'bell curve, 300 and 710';

/** The figures of a test as docs/statistics.md shows them: read off the table, or counted in seeded draws. */
export function figuresOf(name: TestName): string {
  const test = DRIFT_TESTS[name];
  const rows = [
    ['for', test.types.map((type) => TYPE_WORDS[type]).join(', ')],
    ['smallest honest n, on either side', String(test.minRows)],
    ['an effect counts from', String(test.defaultFloor)],
    whenQuiet(name),
    ...PROMISES[name].map((promise) => [`finds ${promise.what}`, `${countFound(name, promise)} of 100 times`]),
  ];
  return ['| | |', '|---|---|', ...rows.map(([what, figure]) => `| ${what} | ${figure} |`)].join('\n');
}

function whenQuiet(name: TestName): [string, string] {
  const scenario = NULL_SCENARIOS.find((known) => known.name === (SHOWN_IN[name] ?? SHOWN_ELSE));
  if (scenario === undefined) throw new RangeError(`no scenario for ${name}`);
  const rng = seededRng(`figures ${scenario.name}`);
  const results = Array.from({ length: DRAWS }, () => DRIFT_TESTS[name].compare(scenario.draw(rng), 'calibrated'));
  const share = results.filter(({ pValue }) => (pValue as number) <= 0.05).length / DRAWS;
  const effects = results.map(({ effect }) => effect as number).sort((a, b) => a - b);
  const usual = effects[Math.floor(0.95 * DRAWS)] as number;
  const figure = `p ≤ .05 in ${(100 * share).toFixed(1)} %; effect below ${Number(usual.toPrecision(2))} in 95 %`;
  return [`when nothing drifted (${scenario.name} rows, 2,000 draws)`, figure];
}
