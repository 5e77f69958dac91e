import type { Policy } from '../../core/drift/drift-test.ts';
import { PRESETS, type PresetName } from '../../core/drift/presets/table.ts';
import type {
  Aggregate,
  CompareSettings,
  Correction,
  FeatureSettings,
  Floors,
  TestChoice,
} from '../../core/drift/settings.ts';
import type { TestName } from '../../core/drift/test-name.ts';
import type { ColumnType } from '../../core/table/cells/column-type.ts';
import type { Dataset } from '../../core/table/dataset.ts';

/** Options of a comparison of two tables. */
export interface DetectOptions {
  /** Significance level for adjusted p-values, in (0, 1); 0.05 by default. */
  readonly significanceLevel?: number | undefined;
  /** PSI from which a column drifts; 0.25 by default. */
  readonly psiThreshold?: number | undefined;
  /** `calibrated` by default. */
  readonly policy?: Policy | undefined;
  /** Use the tests, statistics, verdicts and table rule of another tool. */
  readonly preset?: PresetName | undefined;
  /** Names of tests, or `auto`. Default: ks, psi, chi2, missing, unseen and type_mismatch; with `classic`, the tests of Sentinel. */
  readonly tests?: TestChoice | undefined;
  readonly floors?: Floors | undefined;
  readonly correction?: Correction | undefined;
  readonly aggregate?: Aggregate | undefined;
  /** Settings for single columns. */
  readonly features?: ReadonlyMap<string, FeatureSettings> | undefined;
}

/** The default for two tables at every door: the command, the library and the route give the same verdicts for the same files. */
export const TESTS_OF_TABLES: readonly TestName[] = ['ks', 'psi', 'chi2', 'missing', 'unseen', 'type_mismatch'];
const DEFAULT_LEVEL = 0.05;
const DEFAULT_PSI = 0.25;

/** The tool whose rule these options choose: `classic` is Sentinel's. */
export function toolOf({ preset, policy }: Pick<DetectOptions, 'preset' | 'policy'>): PresetName | undefined {
  return preset ?? (policy === 'classic' ? 'sentinel' : undefined);
}

/** The settings of the comparison that these options mean. */
export function settingsOf(options: DetectOptions, reference: Dataset): CompareSettings {
  const {
    significanceLevel = DEFAULT_LEVEL,
    psiThreshold = DEFAULT_PSI,
    policy = 'calibrated',
    tests,
    preset,
  } = options;
  if (preset !== undefined) return presetSettings(preset, options);
  // Sentinel's classic rule is PSI >= threshold; our floor is a strict limit, so it is lowered by the smallest step.
  const psi = policy === 'classic' ? psiThreshold * (1 - Number.EPSILON) : psiThreshold;
  return {
    policy,
    alpha: significanceLevel,
    tests: tests ?? TESTS_OF_TABLES,
    floors: { psi, ...options.floors },
    ...(options.correction && { correction: options.correction }),
    ...(options.aggregate && { aggregate: options.aggregate }),
    features:
      policy === 'classic' && tests === undefined
        ? sentinelTests(reference, options.features)
        : (options.features ?? new Map()),
  };
}

/** Sentinel's tests: ks and psi for numbers, chi2 for categories, and for the parts of dates as they suit. Settings of a column replace them. */
function sentinelTests(reference: Dataset, features: DetectOptions['features']): Map<string, FeatureSettings> {
  return new Map(
    [...reference.types].map(([column, type]) => {
      const tests = type === 'numeric' ? ['ks', 'psi'] : type === 'timestamp' ? ['ks', 'psi', 'chi2'] : ['chi2'];
      return [column, { tests, ...features?.get(column) }];
    }),
  );
}

/** The thresholds of the tool, unless the options set others. */
function presetSettings(
  preset: PresetName,
  { significanceLevel, psiThreshold, aggregate }: DetectOptions,
): CompareSettings {
  return {
    policy: 'classic',
    preset,
    alpha: significanceLevel ?? DEFAULT_LEVEL,
    ...(psiThreshold !== undefined && { floors: { psi: psiThreshold } }),
    aggregate: aggregate ?? { rule: PRESETS[preset].aggregate },
  };
}

/** @throws RangeError when a column is declared as both types */
export function declaredTypes(
  categorical: readonly string[] = [],
  numeric: readonly string[] = [],
): ReadonlyMap<string, ColumnType> {
  const both = categorical.find((column) => numeric.includes(column));
  if (both !== undefined) throw new RangeError(`column ${both} cannot be both categorical and numeric`);
  return new Map<string, ColumnType>([
    ...categorical.map((column) => [column, 'categorical'] as const),
    ...numeric.map((column) => [column, 'numeric'] as const),
  ]);
}
