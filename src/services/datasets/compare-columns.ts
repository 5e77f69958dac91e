import { QUALITY_TESTS } from '../../core/drift/aggregate.ts';
import type { DriftCheck } from '../../core/drift/check.ts';
import { compareInSteps } from '../../core/drift/compare.ts';
import type { KnownTypes } from '../../core/drift/pair-features.ts';
import type { CompareSettings, FeatureSettings } from '../../core/drift/settings.ts';
import { TEST_NAMES } from '../../core/drift/test-name.ts';
import { testsOf } from '../../core/drift/test-table.ts';
import type { InferredType } from '../../core/profile/feature-type.ts';
import type { FeatureProfile } from '../../core/profile/profile.ts';
import type { Steps } from '../../core/steps.ts';
import type { DatasetPair } from '../../core/table/dataset-pair.ts';
import type { DatePart } from '../../core/table/date-parts.ts';

/** A check of a column, or of a part of its dates. */
export interface ColumnCheck {
  readonly column: string;
  readonly part?: DatePart;
  readonly check: DriftCheck;
}

/** What was found in the columns of two tables. */
export interface ColumnComparison {
  readonly checks: readonly ColumnCheck[];
  /** Columns without a test of their distribution, with the reason, in the order of the reference. */
  readonly notTested: ReadonlyMap<string, string>;
}

/** A feature of the comparison: a column, or a part of its dates. */
interface Subject {
  readonly column: string;
  readonly part?: DatePart;
}

const DATE_TESTS: readonly string[] = ['ks', 'psi', 'chi2', 'missing'];

/** Compares the columns of two tables, one after the other. */
export function* compareColumns(pair: DatasetPair, settings: CompareSettings): Steps<ColumnComparison> {
  const { reference, production, dates } = pair;
  const before = new Map(reference.profile.features);
  const after = new Map(production.profile.features);
  const subjects = new Map<string, Subject>(reference.columns.map((column) => [column, { column }]));
  const types = new Map<string, InferredType>(reference.columns.map((column) => [column, typeOf(column, pair)]));
  const features = new Map(settings.features);
  for (const [column, parts] of dates) {
    const hasRange = parts.has('range');
    features.set(
      column,
      forDates(column, settings, (test) => hasRange || QUALITY_TESTS.has(test)),
    );
    for (const [part, { reference: was, current: is }] of parts) {
      if (part === 'range') continue;
      const subject = `${column}\0${part}`;
      subjects.set(subject, { column, part });
      types.set(subject, { type: 'categorical' });
      features.set(
        subject,
        forDates(column, settings, (test) => !QUALITY_TESTS.has(test)),
      );
      before.set(subject, was);
      after.set(subject, is);
    }
  }
  const compared = yield* compareInSteps(
    withFeatures(reference.profile, before),
    withFeatures(production.profile, after),
    { ...settings, types: types as KnownTypes, features },
  );
  const checks = compared.checks.map((check): ColumnCheck => {
    const subject = subjects.get(check.subject) ?? { column: check.subject };
    const isRange = dates.has(check.subject) && !QUALITY_TESTS.has(check.method);
    return { ...subject, ...(isRange && { part: 'range' as const }), check };
  });
  // Of dates, what was compared stands before whether they are there.
  checks.sort((a, b) => Number(isQuality(a, dates)) - Number(isQuality(b, dates)));
  return { checks, notTested: untested(pair, checks) };
}

function isQuality({ column, check }: ColumnCheck, dates: DatasetPair['dates']): boolean {
  return dates.has(column) && QUALITY_TESTS.has(check.method);
}

function withFeatures<P extends object>(profile: P, features: Map<string, FeatureProfile>): P {
  return { ...profile, features };
}

function typeOf(column: string, { reference }: DatasetPair): InferredType {
  const type = reference.types.get(column);
  if (type === 'identifier') return { type, reason: reference.reasons.get(column) ?? 'it is an identifier' };
  return { type: type === 'numeric' || type === 'timestamp' ? 'numeric' : 'categorical' };
}

/** The tests that were asked for, as far as they suit dates. */
function forDates(column: string, settings: CompareSettings, suits: (test: string) => boolean): FeatureSettings {
  const asked = testsOf(column, settings) ?? 'auto';
  const tests = (asked === 'auto' ? DATE_TESTS : asked).filter((test) => suits(test) || !isTest(test));
  return { ...settings.features?.get(column), tests };
}

/** Unknown names stay, so that they are refused. */
function isTest(name: string): boolean {
  return (TEST_NAMES as readonly string[]).includes(name);
}

function untested(pair: DatasetPair, checks: readonly ColumnCheck[]): ReadonlyMap<string, string> {
  const tested = new Set(checks.filter(({ check }) => !QUALITY_TESTS.has(check.method)).map(({ column }) => column));
  const { reference } = pair;
  return new Map(
    reference.columns
      .filter((column) => !tested.has(column))
      .map((column) => [column, reference.reasons.get(column) ?? whyUntested(column, pair)]),
  );
}

function whyUntested(column: string, { reference, production, dates }: DatasetPair): string {
  if (!dates.has(column)) return 'none of the chosen tests suits it';
  if (!production.dates.has(column)) return 'production has no dates in it';
  return reference.types.get(column) === 'timestamp' && dates.get(column)?.size === 0
    ? 'its dates lie apart, and not both tables hold a whole week, year or day to compare'
    : 'none of the chosen tests suits it';
}
