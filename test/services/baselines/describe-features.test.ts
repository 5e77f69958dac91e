import { expect, test } from 'vitest';
import { baselineDetails } from '../../../src/api/baselines.ts';
import { KllSketch } from '../../../src/core/profile/kll.ts';
import { emptyMoments } from '../../../src/core/profile/moments.ts';
import { emptyProfile } from '../../../src/core/profile/profile.ts';
import { describeFeatures } from '../../../src/services/baselines/describe-features.ts';

test('a numeric feature without values has no mean and no extremes, and can be sent', () => {
  const profile = emptyProfile();
  profile.features.set('a', { numeric: { moments: emptyMoments(), sketch: new KllSketch() } });
  const features = describeFeatures(profile);
  expect(features).toMatchObject([{ path: 'a', n: 0 }]);
  for (const name of ['mean', 'min', 'max', 'std']) expect(features[0]).not.toHaveProperty(name);
  const { error } = baselineDetails.safeParse({
    id: 1,
    name: 'empty',
    service: 's',
    endpoint: 'e',
    window_start: '2026-01-01T00:00:00.000Z',
    window_end: '2026-01-01T01:00:00.000Z',
    samples: 0,
    warnings: [],
    active: false,
    created_at: '2026-01-01T01:00:00.000Z',
    slo: {},
    source: 'guard file',
    features,
  });
  expect(error).toBeUndefined();
});
