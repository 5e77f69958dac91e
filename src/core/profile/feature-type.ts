import type { CategoryCounts } from './counts.ts';
import { lastSegment } from './path.ts';
import type { FeatureProfile, NumericProfile } from './profile.ts';

/** The type of a feature. Identifiers, times and free text are all `identifier` here: their distribution says nothing. */
export type InferredType = { type: 'numeric' | 'categorical' } | { type: 'identifier'; reason: string };

/** With fewer values the share of distinct ones says nothing. */
const MIN_VALUES = 50;
const NEARLY_ALL = 0.9;
const MOSTLY = 0.5;
/** An identifier of something with several events (a trace, a session) occurs a few times: least share of distinct values. */
const MIN_DISTINCT_NAMED_ID = 0.1;
const MIN_DISTINCT_OPAQUE_ID = 0.02;
/** Fewest characters and words of a text that is not a name. */
const FREE_TEXT = { length: 40, words: 5 };

const ID_NAME =
  /(^|_)(ids?|uuid|guid|uid|seq|sequence|serial|nonce|token|hash|key|offset|cursor)$|^(index|unnamed_0|row|row_?(nr|no|num|number))$/;
const TIME_NAME = /(^|_)(ts|at|timestamp|epoch|datetime)$/;
const TIME_WORD = /(^|_)(time|date|day|created|updated|expires|expiry|deadline|start|end)(_|$)/;
const ISO_DATE = /^\d{4}-\d{2}-\d{2}($|[Tt ]\d{2}:\d{2})/;
const OPAQUE_ID = /^(?=.*\d)([0-9a-f]{16,}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

/** Units of Unix time; numbers from 2008 (1.2·10^9 s) to 2099 (4.1·10^9 s) may be timestamps. */
const EPOCH_UNITS = [
  { name: 'seconds', perSecond: 1 },
  { name: 'milliseconds', perSecond: 1e3 },
  { name: 'microseconds', perSecond: 1e6 },
  { name: 'nanoseconds', perSecond: 1e9 },
] as const;
const EPOCH_FROM_S = 1.2e9;
const EPOCH_TO_S = 4.1e9;
/** Timestamps of one window lie close together; amounts of that size do not. */
const EPOCH_SPREAD_S = 366 * 86_400;

const NUMERIC: InferredType = { type: 'numeric' };
const CATEGORICAL: InferredType = { type: 'categorical' };

/**
 * Infers the type of a feature from its profile. Where a feature has numbers and texts, the more frequent ones decide.
 *
 * Numbers are an identifier
 * - when they lie in a range of Unix time, and most are distinct or the name is that of a time;
 * - when they are integers, nearly all distinct, and the name is that of an identifier.
 *
 * Texts are an identifier
 * - when most are dates or times;
 * - when nearly all are distinct;
 * - when most are distinct and most are free text (40 characters, five words);
 * - when each occurs a few times on average: up to 50 times for hexadecimal ids and UUIDs, up to 10 times for other texts where the
 *   name is that of an identifier.
 *
 * Everything else is numeric or categorical; a feature without values is categorical.
 *
 * @param path - the feature's path; its last segment is a hint, never enough by itself
 * @param feature - its profile
 * @returns the type; for an identifier with the reason as a sentence
 * @example inferFeatureType('request.amount', {}) // { type: 'categorical' }
 */
export function inferFeatureType(path: string, feature: FeatureProfile): InferredType {
  const { numeric, categories } = feature;
  const name = snakeCase(lastSegment(path));
  const [numbers, texts] = [numeric?.moments.n ?? 0, categories?.n ?? 0];
  if (numeric !== undefined && numbers > 0 && numbers >= texts) return typeOfNumbers(name, numeric);
  return categories === undefined || texts === 0 ? CATEGORICAL : typeOfTexts(name, categories);
}

function snakeCase(text: string): string {
  return text
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .toLowerCase();
}

function typeOfNumbers(name: string, numeric: NumericProfile): InferredType {
  const { n, min, max } = numeric.moments;
  const distinct = distinctShare(numeric);
  const isTimeNamed = TIME_NAME.test(name);
  const unit = epochUnit(min, max);
  if (unit !== undefined && (isNamedTime(name) || (n >= MIN_VALUES && distinct.share > MOSTLY))) {
    return identifier(`its values are moments in time (Unix ${unit.name})`);
  }
  const isIdNamed = isTimeNamed || ID_NAME.test(name);
  if (isIdNamed && n >= MIN_VALUES && distinct.share > NEARLY_ALL && distinct.areIntegers) {
    return identifier(
      `nearly every value is distinct (${Math.round(distinct.share * n)} of ${n}), and it is named as an identifier`,
    );
  }
  return NUMERIC;
}

type EpochUnit = (typeof EPOCH_UNITS)[number];

function epochUnit(min: number, max: number): EpochUnit | undefined {
  return EPOCH_UNITS.find(
    ({ perSecond }) =>
      min >= EPOCH_FROM_S * perSecond && max <= EPOCH_TO_S * perSecond && max - min <= EPOCH_SPREAD_S * perSecond,
  );
}

/**
 * The unit of Unix times.
 *
 * @param path - where the values are from, whose last segment must be the name of a time; undefined when they are known to be times
 * @param min - the smallest value
 * @param max - the largest one, of the same year
 * @example epochUnitOf('created_at', 1_700_000_000, 1_700_000_999).name // 'seconds'
 */
export function epochUnitOf(path: string | undefined, min: number, max: number): EpochUnit | undefined {
  return path === undefined || isNamedTime(snakeCase(lastSegment(path))) ? epochUnit(min, max) : undefined;
}

function isNamedTime(name: string): boolean {
  return TIME_NAME.test(name) || TIME_WORD.test(name);
}

/** The share of distinct values among those that the sketch kept; for integers at most the width of their range over n. */
function distinctShare({ moments, sketch }: NumericProfile): { share: number; areIntegers: boolean } {
  const { values } = sketch.weighted();
  let distinct = 0;
  let areIntegers = true;
  for (let i = 0; i < values.length; i++) {
    if (i === 0 || values[i] !== values[i - 1]) distinct++;
    if (!Number.isInteger(values[i])) areIntegers = false;
  }
  const share = distinct / values.length;
  return { share: areIntegers ? Math.min(share, (moments.max - moments.min + 1) / moments.n) : share, areIntegers };
}

function typeOfTexts(name: string, categories: CategoryCounts): InferredType {
  const { n, counts } = categories;
  const cardinality = categories.cardinality();
  if (shareOf(counts, (text) => ISO_DATE.test(text)) > MOSTLY) return identifier('its values are dates or times');
  if (n < MIN_VALUES) return CATEGORICAL;
  if (cardinality > NEARLY_ALL * n) return identifier(`nearly every value is distinct (${cardinality} of ${n})`);
  const isOpaque = shareOf(counts, (text) => OPAQUE_ID.test(text)) > MOSTLY;
  const fewestIds = Math.max(MIN_VALUES, n * (isOpaque ? MIN_DISTINCT_OPAQUE_ID : MIN_DISTINCT_NAMED_ID));
  if (cardinality > fewestIds && (isOpaque || ID_NAME.test(name))) {
    return identifier(`there are many distinct values (${cardinality} of ${n}), and they are identifiers`);
  }
  if (cardinality <= MOSTLY * n || shareOf(counts, isFreeText) <= MOSTLY) return CATEGORICAL;
  return identifier(`most values are distinct (${cardinality} of ${n}), and they are free text`);
}

/** The share of the named values that pass the test. */
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
