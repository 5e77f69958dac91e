import type { CategoryCounts } from './counts.ts';
import { lastSegment } from './path.ts';
import type { FeatureProfile, NumericProfile } from './profile.ts';

/** What a feature is: numbers or names whose distribution says something, or not (identifiers, times, free text). */
export type InferredType = { type: 'numeric' | 'categorical' } | { type: 'identifier'; reason: string };

/** Fewest values from which "nearly every value is distinct" says something. */
const ENOUGH_VALUES = 50;
const NEARLY_ALL = 0.9;
const MOSTLY = 0.5;
/** An identifier of something with several events (a trace, a session) comes back a few times and then never again. */
const RECURRING_ID = 0.1;
const RECURRING_OPAQUE_ID = 0.02;
const FREE_TEXT = { length: 40, words: 5 };

const ID_NAME = /(^|_)(ids?|uuid|guid|uid|seq|sequence|serial|nonce|token|hash|key|offset|cursor)$/;
const TIME_NAME = /(^|_)(ts|at|timestamp|epoch|datetime)$/;
const TIME_WORD = /(^|_)(time|date|day|created|updated|expires|expiry|deadline|start|end)(_|$)/;
const ISO_DATE = /^\d{4}-\d{2}-\d{2}($|[Tt ]\d{2}:\d{2})/;
const OPAQUE_ID = /^(?=.*\d)([0-9a-f]{16,}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

/** Units of Unix time; from 2008 (1.2·10^9 s) to 2099 (4.1·10^9 s) a number may be a moment. */
const EPOCH_UNITS = [
  { name: 'seconds', perSecond: 1 },
  { name: 'milliseconds', perSecond: 1e3 },
  { name: 'microseconds', perSecond: 1e6 },
  { name: 'nanoseconds', perSecond: 1e9 },
] as const;
const EPOCH_FROM_S = 1.2e9;
const EPOCH_TO_S = 4.1e9;
/** Moments of one window lie close together; amounts that happen to be as large do not. */
const EPOCH_SPREAD_S = 366 * 86_400;

const NUMERIC: InferredType = { type: 'numeric' };
const CATEGORICAL: InferredType = { type: 'categorical' };

/**
 * Reads off its profile what a feature is. Mixed types: what most values are.
 *
 * Numbers are an identifier when they lie in an epoch range and mostly differ (or are named as a time), or when they are
 * integers, nearly all distinct, and named as an identifier. Names are one when they are dates or times, when nearly every
 * value is distinct, when they mostly differ and are long texts, or when they are ids that come back a few times at most:
 * hexadecimal or UUID (on average up to 50 times), or named so (up to 10 times).
 *
 * @param path - the feature's path; its last segment is a hint, never enough alone
 * @returns the kind, with a plain sentence for an identifier
 */
export function inferFeatureType(path: string, f: FeatureProfile): InferredType {
  const name = lastSegment(path)
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .toLowerCase();
  const numbers = f.numeric?.moments.n ?? 0;
  const names = f.categories?.n ?? 0;
  if (f.numeric !== undefined && numbers > 0 && numbers >= names) return inferTypeOfNumbers(name, f.numeric);
  return f.categories === undefined || names === 0 ? CATEGORICAL : inferTypeOfNames(name, f.categories);
}

function inferTypeOfNumbers(name: string, numeric: NumericProfile): InferredType {
  const { n, min, max } = numeric.moments;
  const distinct = distinctShare(numeric);
  const isTimeNamed = TIME_NAME.test(name);
  const unit = epochUnit(min, max);
  if (unit !== undefined && (isTimeNamed || TIME_WORD.test(name) || (n >= ENOUGH_VALUES && distinct.share > MOSTLY))) {
    return identifier(`its values are moments in time (Unix ${unit})`);
  }
  const isNamedSo = isTimeNamed || ID_NAME.test(name);
  if (isNamedSo && n >= ENOUGH_VALUES && distinct.share > NEARLY_ALL && distinct.integers) {
    return identifier(
      `nearly every value is distinct (${Math.round(distinct.share * n)} of ${n}), and it is named as an identifier`,
    );
  }
  return NUMERIC;
}

function epochUnit(min: number, max: number): string | undefined {
  return EPOCH_UNITS.find(
    ({ perSecond }) =>
      min >= EPOCH_FROM_S * perSecond && max <= EPOCH_TO_S * perSecond && max - min <= EPOCH_SPREAD_S * perSecond,
  )?.name;
}

/** Share of the values that are distinct, as the retained ones show it; integers are no more than their range is wide. */
function distinctShare({ moments, sketch }: NumericProfile): { share: number; integers: boolean } {
  const { values } = sketch.weighted();
  let distinct = 0;
  let integers = true;
  for (let i = 0; i < values.length; i++) {
    if (i === 0 || values[i] !== values[i - 1]) distinct++;
    if (!Number.isInteger(values[i])) integers = false;
  }
  const share = distinct / values.length;
  return { share: integers ? Math.min(share, (moments.max - moments.min + 1) / moments.n) : share, integers };
}

function inferTypeOfNames(name: string, categories: CategoryCounts): InferredType {
  const { n, counts } = categories;
  const cardinality = categories.cardinality();
  if (shareOf(counts, (text) => ISO_DATE.test(text)) > MOSTLY) return identifier('its values are dates or times');
  if (n < ENOUGH_VALUES) return CATEGORICAL;
  if (cardinality > NEARLY_ALL * n) return identifier(`nearly every value is distinct (${cardinality} of ${n})`);
  const isOpaque = shareOf(counts, (text) => OPAQUE_ID.test(text)) > MOSTLY;
  const fewest = Math.max(ENOUGH_VALUES, n * (isOpaque ? RECURRING_OPAQUE_ID : RECURRING_ID));
  if (cardinality > fewest && (isOpaque || ID_NAME.test(name))) {
    return identifier(`there are many distinct values (${cardinality} of ${n}), and they are identifiers`);
  }
  if (cardinality <= MOSTLY * n || shareOf(counts, isFreeText) <= MOSTLY) return CATEGORICAL;
  return identifier(`most values are distinct (${cardinality} of ${n}), and they are free text`);
}

/** Share of the named values that pass the test. */
function shareOf(counts: ReadonlyMap<string, number>, test: (text: string) => boolean): number {
  let [passed, all] = [0, 0];
  for (const [text, count] of counts) {
    all += count;
    if (test(text)) passed += count;
  }
  return all === 0 ? 0 : passed / all;
}

function isFreeText(text: string): boolean {
  return text.length >= FREE_TEXT.length && text.split(/\s+/, FREE_TEXT.words).length === FREE_TEXT.words;
}

function identifier(reason: string): InferredType {
  return { type: 'identifier', reason };
}
