import fc from 'fast-check';
import { ProfileBuilder } from '../../../src/core/profile/builder.ts';
import { FeatureIndex, type LeafLimits, type Leaves, readLeaves } from '../../../src/core/profile/leaves.ts';
import type { Profile } from '../../../src/core/profile/profile.ts';
import { ALL_FEATURES } from '../../../src/core/profile/rules.ts';

export const LIMITS: LeafLimits = { maxDepth: 32, maxLeaves: 1_000, maxFeatures: 500 };

export function mustRead(event: object, index: FeatureIndex, limits: LeafLimits = LIMITS): Leaves {
  const leaves = readLeaves(event, index, limits);
  if (typeof leaves === 'string') throw new Error(`refused: ${leaves}`);
  return leaves;
}

export function profileOf(events: readonly object[], seed = 1): Profile {
  const index = new FeatureIndex(ALL_FEATURES);
  const builder = new ProfileBuilder(index, seed);
  for (const event of events) builder.add(mustRead(event, index));
  return builder.build();
}

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const amount = fc.oneof(
  fc.integer({ min: -1_000, max: 1_000 }),
  fc.double({ min: -1e6, max: 1e6, noNaN: true }),
  fc.integer({ min: -99_999, max: 99_999 }).map((cents) => cents / 100),
);
const text = fc.oneof(fc.constantFrom('USD', 'EUR', '', 'constructor'), fc.string({ unit: 'binary', maxLength: 12 }));

/** Any finite number, the extremes too. */
export const anyNumber = finite;

/** Numbers whose sums are exact enough to compare. */
export const amounts = fc.array(amount, { maxLength: 60 });

export const names = fc.array(text, { maxLength: 60 });

/** Events with numbers, texts, mixed types, absent and null values, arrays and strange keys. */
export const events = fc.array(
  fc.record(
    {
      ts: fc.integer(),
      amount: fc.oneof(amount, fc.constant(null)),
      mixed: fc.oneof(amount, text, fc.boolean()),
      tags: fc.array(text, { maxLength: 4 }),
      body: fc.dictionary(fc.constantFrom('a', 'a.b', 'toString', '["', 'ключ'), fc.oneof(amount, text), {
        maxKeys: 3,
      }),
      response: fc.record({ status: fc.constantFrom(200, 204, 404, 500), duration_ms: amount }, { requiredKeys: [] }),
    },
    { requiredKeys: [] },
  ),
  { maxLength: 25 },
);
