/** Every test, in the order of a report. `DRIFT_TESTS` has one entry for each. */
export const TEST_NAMES = [
  'ks',
  'wasserstein',
  'psi',
  'js',
  'kl',
  'chi2',
  'hellinger',
  'tvd',
  'linf',
  'anderson',
  'cvm',
  'energy',
  'mannwhitney',
  'welch',
  'gtest',
  'ztest',
  'fisher',
  'missing',
  'unseen',
  'out_of_range',
  'type_mismatch',
] as const;

/** The name of a test, as settings and reports spell it. */
export type TestName = (typeof TEST_NAMES)[number];
