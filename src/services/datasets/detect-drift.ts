import { aggregateFindings } from '../../core/drift/aggregate.ts';
import { compareInSteps } from '../../core/drift/compare.ts';
import type { Policy } from '../../core/drift/drift-test.ts';
import { type Figures, figuresOf } from '../../core/drift/figures.ts';
import type { Finding, Verdict } from '../../core/drift/finding.ts';
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
import { DRIFT_TESTS } from '../../core/drift/test-table.ts';
import { runSteps, type Steps } from '../../core/steps.ts';
import type { Dataset } from '../../core/table/dataset.ts';
import type { DatasetPair } from './read-pair.ts';

/** How two tables are compared. */
export interface DetectOptions {
  /** Level of the p-values, after the correction; (0, 1), .05 by default. */
  readonly significanceLevel?: number | undefined;
  /** The PSI that counts; .25 by default. */
  readonly psiThreshold?: number | undefined;
  /** `calibrated` by default. */
  readonly policy?: Policy | undefined;
  /** Another tool's tests, numbers, verdicts and rule for the whole table. */
  readonly preset?: PresetName | undefined;
  /** Names of tests, or `auto`; by default ks, psi, chi2, missing, unseen and type_mismatch, under `classic` Sentinel's own. */
  readonly tests?: TestChoice | undefined;
  readonly floors?: Floors | undefined;
  readonly correction?: Correction | undefined;
  readonly aggregate?: Aggregate | undefined;
  /** What single columns do differently. */
  readonly features?: ReadonlyMap<string, FeatureSettings> | undefined;
}

const DEFAULT_TESTS: readonly TestName[] = ['ks', 'psi', 'chi2', 'missing', 'unseen', 'type_mismatch'];
const DEFAULT_LEVEL = 0.05;
const DEFAULT_PSI = 0.25;
const MOST_NAMED = 20;

/** One test of one feature, on the wire. A number that is null has its reason beside it. */
export interface FindingBody {
  readonly test: TestName;
  readonly title: string;
  readonly verdict: Verdict;
  readonly statistic: number | null;
  readonly effect: number | null;
  readonly floor: number | null;
  readonly p_value: number | null;
  readonly p_adjusted: number | null;
  readonly resolution: number;
  readonly n_reference: number;
  readonly n_current: number;
  readonly method: string;
  readonly reason?: string;
  readonly at?: number | string;
}

/** A test as Sentinel's clients know it. */
interface NamedTest {
  readonly test: 'KS' | 'PSI' | 'Chi-Square';
  readonly statistic?: number | null;
  readonly psi_value?: number | null;
  readonly p_value?: number | null;
  readonly drift_detected: boolean;
  readonly reason?: string;
}

export interface FeatureBody {
  readonly type: 'continuous' | 'categorical';
  readonly ks_test?: NamedTest;
  readonly psi?: NamedTest;
  readonly chi_square?: NamedTest;
  readonly drift_detected: boolean;
  readonly verdict: Verdict;
  readonly reason?: string;
  readonly findings: readonly FindingBody[];
  readonly figures: Figures;
}

/** The answer of `POST /detect-drift`, of the library and of `plumbline compare --json`. JSON-safe. */
export interface DetectDriftBody {
  readonly drift_detected: boolean;
  readonly features_with_drift: readonly string[];
  readonly feature_details: { readonly [feature: string]: FeatureBody };
  readonly summary: string;
  readonly verdict: Verdict;
  readonly policy: Policy;
  readonly preset?: PresetName;
  readonly rows: { readonly reference: number; readonly production: number };
  readonly added_columns: readonly string[];
  readonly missing_columns: readonly string[];
  readonly not_tested: readonly { readonly feature: string; readonly reason: string }[];
  readonly notes: readonly string[];
}

/**
 * Compares production with its reference, column by column, in the order of the reference's columns.
 *
 * @throws RangeError when a test is not in the table
 */
export function detectDriftBetween(pair: DatasetPair, options: DetectOptions = {}): DetectDriftBody {
  return runSteps(detectInSteps(pair, options));
}

/** The same, a column a step. */
export function* detectInSteps(pair: DatasetPair, options: DetectOptions = {}): Steps<DetectDriftBody> {
  const { reference, production } = pair;
  const settings = settingsOf(options, reference);
  const { findings, notTested } = yield* compareInSteps(reference.profile, production.profile, settings);
  const { verdict, features } = aggregateFindings(findings, settings.aggregate);
  const reasons = new Map(notTested.map(({ feature, reason }) => [feature, reason]));
  // No prototype, so that a column of any name makes an ordinary key.
  const details: { [feature: string]: FeatureBody } = Object.create(null);
  const byFeature = groupByFeature(findings);
  for (const feature of reference.columns) {
    const mine = byFeature.get(feature) ?? [];
    details[feature] = featureBody(feature, pair, mine, features.get(feature) ?? 'inconclusive', reasons.get(feature));
    yield;
  }
  const inOrder = reference.columns.filter((feature) => features.get(feature) === 'drift');
  return {
    drift_detected: verdict === 'drift',
    features_with_drift: inOrder,
    feature_details: details,
    summary: summaryOf(verdict, inOrder, pair),
    verdict,
    policy: settings.policy,
    ...(settings.preset && { preset: settings.preset }),
    rows: { reference: reference.rows, production: production.rows },
    added_columns: production.columns.filter((column) => !reference.types.has(column)),
    missing_columns: reference.columns.filter((column) => !production.types.has(column)),
    not_tested: notTested.map(({ feature, reason }) => ({ feature, reason })),
    notes: [...reference.notes, ...production.notes],
  };
}

function groupByFeature(findings: readonly Finding[]): ReadonlyMap<string, readonly Finding[]> {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const group = groups.get(finding.feature);
    if (group === undefined) groups.set(finding.feature, [finding]);
    else group.push(finding);
  }
  return groups;
}

function settingsOf(options: DetectOptions, reference: Dataset): CompareSettings {
  const {
    significanceLevel = DEFAULT_LEVEL,
    psiThreshold = DEFAULT_PSI,
    policy = 'calibrated',
    tests,
    preset,
  } = options;
  if (preset !== undefined) return presetSettings(preset, options);
  // Classic here is Sentinel's rule, PSI at or above the threshold: above everything that is below it.
  const psi = policy === 'classic' ? psiThreshold * (1 - Number.EPSILON) : psiThreshold;
  return {
    ...{ policy, alpha: significanceLevel, tests: tests ?? DEFAULT_TESTS, floors: { psi, ...options.floors } },
    ...(options.correction && { correction: options.correction }),
    ...(options.aggregate && { aggregate: options.aggregate }),
    features:
      policy === 'classic' && tests === undefined
        ? sentinelTests(reference, options.features)
        : (options.features ?? new Map()),
  };
}

/** What Sentinel asks: ks and psi for numbers, chi2 for categories, and nothing else, unless a column says otherwise. */
function sentinelTests(reference: Dataset, features: DetectOptions['features']): Map<string, FeatureSettings> {
  return new Map(
    [...reference.types].map(([column, type]) => {
      const tests = type === 'numeric' ? ['ks', 'psi'] : ['chi2'];
      return [column, { tests, ...features?.get(column) }];
    }),
  );
}

/** The tool's own thresholds, unless others were given. */
function presetSettings(
  preset: PresetName,
  { significanceLevel, psiThreshold, aggregate }: DetectOptions,
): CompareSettings {
  return {
    ...{ policy: 'classic', preset, alpha: significanceLevel ?? DEFAULT_LEVEL },
    ...(psiThreshold !== undefined && { floors: { psi: psiThreshold } }),
    aggregate: aggregate ?? { rule: PRESETS[preset].aggregate },
  };
}

function featureBody(
  feature: string,
  { reference, production }: DatasetPair,
  findings: readonly Finding[],
  verdict: Verdict,
  notTested: string | undefined,
): FeatureBody {
  const isNumeric = reference.types.get(feature) === 'numeric';
  const named = (test: TestName) => findings.find((finding) => finding.test === test);
  return {
    type: isNumeric ? 'continuous' : 'categorical',
    ...(isNumeric ? numericTests(named('ks'), named('psi'), notTested) : categoryTests(named('chi2'), notTested)),
    drift_detected: verdict === 'drift',
    verdict,
    ...(notTested !== undefined && { reason: notTested }),
    findings: findings.map(findingBody),
    figures: figuresOf(reference.profile.features.get(feature) ?? {}, production.profile.features.get(feature) ?? {}),
  };
}

function numericTests(ks: Finding | undefined, psi: Finding | undefined, notTested: string | undefined) {
  return {
    ...((ks || notTested) && { ks_test: { test: 'KS' as const, ...evidence(ks), ...outcome(ks, notTested) } }),
    ...((psi || notTested) && {
      psi: { test: 'PSI' as const, psi_value: psi?.statistic ?? null, ...outcome(psi, notTested) },
    }),
  };
}

function categoryTests(chi2: Finding | undefined, notTested: string | undefined) {
  if (chi2 === undefined && notTested === undefined) return {};
  return { chi_square: { test: 'Chi-Square' as const, ...evidence(chi2), ...outcome(chi2, notTested) } };
}

function evidence(finding: Finding | undefined) {
  return { statistic: finding?.statistic ?? null, p_value: finding?.pValue ?? null };
}

function outcome(finding: Finding | undefined, notTested: string | undefined) {
  const reason = finding?.reason ?? notTested;
  return { drift_detected: finding?.verdict === 'drift', ...(reason !== undefined && { reason }) };
}

function findingBody(finding: Finding): FindingBody {
  return {
    test: finding.test,
    title: DRIFT_TESTS[finding.test].title,
    verdict: finding.verdict,
    ...{ statistic: finding.statistic, effect: finding.effect, floor: finding.floor },
    ...{ p_value: finding.pValue, p_adjusted: finding.pAdjusted, resolution: finding.resolution },
    ...{ n_reference: finding.nReference, n_current: finding.nCurrent, method: finding.method },
    ...(finding.reason !== undefined && { reason: finding.reason }),
    ...(finding.at !== undefined && { at: finding.at }),
  };
}

function summaryOf(verdict: Verdict, drifted: readonly string[], { reference, production }: DatasetPair): string {
  if (verdict === 'drift') return `⚠️ Drift detected in ${drifted.length} feature(s): ${list(drifted)}`;
  if (verdict === 'inconclusive') return `⚠️ Inconclusive: ${whyInconclusive(reference, production)}`;
  if (drifted.length === 0) return '✅ No significant drift detected';
  return `✅ No significant drift detected: ${drifted.length} feature(s) drifted, fewer than the rule asks for: ${list(drifted)}`;
}

function whyInconclusive(reference: Dataset, production: Dataset): string {
  const rows = `${reference.rows} reference and ${production.rows} production row(s)`;
  return `no test could say with ${rows}; feature_details has each reason`;
}

function list(names: readonly string[]): string {
  const more = names.length - MOST_NAMED;
  return more > 0 ? `${names.slice(0, MOST_NAMED).join(', ')} and ${more} more` : names.join(', ');
}
