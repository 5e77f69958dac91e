import { epochUnitOf } from '../../profile/feature-type.ts';
import type { CellFormat } from './cell-format.ts';
import type { ColumnType } from './column-type.ts';
import { DATE_ORDERS, type DateOrder, describeOrder, momentOf, splitDate } from './date-format.ts';
import { isMissing } from './missing.ts';
import type { DecimalMark, NumberFormat } from './number-format.ts';

/** The first cells of a column, without missing ones. */
export interface ColumnSample {
  readonly name: string;
  /** Cells that are texts; of a CSV table all of them. */
  readonly texts: readonly string[];
  /** Cells that came as numbers. */
  readonly numbers: readonly number[];
}

/** What is known before the cells are seen. */
export interface SniffHints {
  /** What was asked for; it counts for the columns that can be read so. */
  readonly decimal?: DecimalMark | undefined;
  readonly dates?: DateOrder | undefined;
  readonly types?: ReadonlyMap<string, ColumnType> | undefined;
  /** Formats of the reference, for what the cells of this table leave open. */
  readonly like?: ReadonlyMap<string, CellFormat> | undefined;
  /** Whether numbers come as texts, as in CSV. */
  readonly areTexts: boolean;
  /** Whether a comma would have to be quoted, or separates cells: then it is less likely a decimal mark. */
  readonly delimiter?: string | undefined;
}

/** The format of a column, and in words where a reader should know how its cells were read. */
export interface Sniffed {
  readonly format: CellFormat;
  readonly note?: string;
}

/** The share of cells that a format must fit. */
const MOST = 0.9;
const PLAIN: CellFormat = { kind: 'plain' };
const UNIT = String.raw`%|\p{Sc}|[A-Z]{3}|kr\.?|Fr\.|zł|Kč|Ft`;
const AMOUNT = new RegExp(
  String.raw`^[+-]?(${UNIT})?[\s\u00a0\u202f]*[+-]?([\d.,][\d.,'’\s\u00a0\u2009\u202f]*(?:[eE][+-]?\d+)?)(?<!\s)[\s\u00a0\u202f]*(${UNIT})?$`,
  'u',
);
/** Without a digit, or with a word, no text is an amount; the longer pattern need not be tried. */
const NO_AMOUNT = /^\D*$|[A-Za-z]{4}/;
const PLAIN_NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const WITH_COMMA = /^(?:[1-9]\d{0,2}(?:[.'’\s\u00a0\u2009\u202f]\d{3})+|\d+)?(?:,\d+)?(?:[eE][+-]?\d+)?$/;
const WITH_POINT = /^(?:[1-9]\d{0,2}(?:[,'’\s\u00a0\u2009\u202f]\d{3})+|\d+)?(?:\.\d*)?(?:[eE][+-]?\d+)?$/;

/**
 * How the cells of each column are written, from the first ones: numbers with a decimal comma, thousands, a percent sign or a currency;
 * dates in any of three orders; Unix times. Everything else is plain.
 *
 * What a column leaves open (`1.234`, `03/04/2025`) the other columns decide, then the reference, then what is usual.
 *
 * @example sniff([{ name: 'price', texts: ['1.234,50', '12,00'], numbers: [] }], { areTexts: true }).get('price').format
 * // { kind: 'number', decimal: ',', unit: '' }
 */
export function sniff(samples: readonly ColumnSample[], hints: SniffHints): Map<string, Sniffed> {
  const seen = samples.map((sample) => lookAt(sample, hints));
  const decimal = majority(seen.map(({ amounts }) => amounts?.decimal));
  const order = majority(seen.map(({ dates }) => dates?.order));
  return new Map(seen.map((column) => [column.sample.name, decide(column, { decimal, order }, hints)]));
}

interface Seen {
  readonly sample: ColumnSample;
  readonly amounts: Amounts | undefined;
  readonly dates: Dates | undefined;
}

/** Cells as numbers: their unit, and the decimal mark where some cell can have only one. */
interface Amounts {
  readonly unit: string;
  readonly decimal: DecimalMark | undefined;
  /** Whether each is written as programs write numbers. */
  readonly arePlain: boolean;
  /** Whether some cell has a point or a comma. */
  readonly hasMarks: boolean;
  /** Whether some cell has a comma that could mean either. */
  readonly hasOpenComma: boolean;
}

/** Cells as dates: their order where some cell can have only one. */
interface Dates {
  readonly separator: string;
  readonly order: DateOrder | undefined;
}

function lookAt(sample: ColumnSample, { types, decimal, dates: order }: SniffHints): Seen {
  const type = types?.get(sample.name);
  const texts = sample.texts.filter((text) => !isMissing(text));
  const mayBe = (wanted: ColumnType) => (type === undefined || type === wanted) && texts.length > 0;
  // Most columns are numbers or names, which cost nothing more than this.
  const mayBeDates = mayBe('timestamp') && !texts.every((text) => PLAIN_NUMBER.test(text));
  const dates = mayBeDates ? datesOf(texts, order) : undefined;
  const amounts = mayBe('numeric') && dates === undefined ? amountsOf(texts, decimal) : undefined;
  return { sample: { ...sample, texts }, amounts, dates };
}

/** @param wanted - the decimal mark that was asked for, which counts where the cells can be read so */
function amountsOf(texts: readonly string[], wanted: DecimalMark | undefined): Amounts | undefined {
  const units = new Set<string>();
  let [onlyComma, onlyPoint, either, plain, openCommas, marked] = [0, 0, 0, 0, 0, 0];
  const least = MOST * texts.length;
  for (const [i, text] of texts.entries()) {
    const amount = amountOf(text);
    if (amount === undefined) {
      if (i + 1 - onlyComma - onlyPoint - either > texts.length - least) return undefined;
      continue;
    }
    const { comma, point, unit, body } = amount;
    if (unit !== '') units.add(unit);
    if (comma && point) either++;
    else if (comma) onlyComma++;
    else onlyPoint++;
    if (body.includes(',')) {
      marked++;
      if (comma && point) openCommas++;
    } else if (body.includes('.')) marked++;
    if (body === text && PLAIN_NUMBER.test(text)) plain++;
  }
  if (units.size > 1 || either + Math.max(onlyComma, onlyPoint) < least) return undefined;
  const isReadable = wanted !== undefined && either + (wanted === ',' ? onlyComma : onlyPoint) >= least;
  return {
    unit: [...units][0] ?? '',
    decimal: isReadable ? wanted : onlyComma > onlyPoint ? ',' : onlyPoint > onlyComma ? '.' : undefined,
    arePlain: plain === texts.length,
    hasMarks: marked > 0,
    hasOpenComma: openCommas > 0,
  };
}

/** A cell as a number: its digits and marks, its unit, and which decimal marks it allows. */
function amountOf(text: string) {
  if (PLAIN_NUMBER.test(text)) {
    const comma = WITH_COMMA.test(text.replace(/^[+-]/, ''));
    return { body: text, unit: '', comma, point: true };
  }
  if (NO_AMOUNT.test(text)) return undefined;
  const [, before, body = '', after] = AMOUNT.exec(text) ?? [];
  const [comma, point] = [WITH_COMMA.test(body), WITH_POINT.test(body)];
  if (body === '' || !(comma || point) || (before !== undefined && after !== undefined)) return undefined;
  const unit = before ?? after ?? '';
  return /^[A-Z]{3}$/.test(unit) && !isCurrency(unit) ? undefined : { body, unit, comma, point };
}

/** @param wanted - the order that was asked for, which counts where the cells can be read so */
function datesOf(texts: readonly string[], wanted: DateOrder | undefined): Dates | undefined {
  const fits = { ymd: 0, dmy: 0, mdy: 0 };
  const least = MOST * texts.length;
  let separator: string | undefined;
  for (const [i, text] of texts.entries()) {
    const written = splitDate(text);
    separator ??= written?.separator;
    if (written !== undefined)
      for (const order of DATE_ORDERS) if (!Number.isNaN(momentOf(written, order))) fits[order]++;
    if (i + 1 - Math.max(fits.ymd, fits.dmy, fits.mdy) > texts.length - least) return undefined;
  }
  const { ymd, dmy, mdy } = fits;
  if (separator === undefined) return undefined;
  if (wanted !== undefined && fits[wanted] >= least) return { separator, order: wanted };
  if (ymd >= dmy && ymd >= mdy) return { separator, order: 'ymd' };
  return { separator, order: dmy > mdy ? 'dmy' : mdy > dmy ? 'mdy' : undefined };
}

interface Usual {
  readonly decimal: DecimalMark | undefined;
  readonly order: DateOrder | undefined;
}

function decide({ sample, amounts, dates }: Seen, usual: Usual, hints: SniffHints): Sniffed {
  const like = hints.like?.get(sample.name);
  if (dates !== undefined) return dateFormat(dates, usual, like);
  if (amounts !== undefined && (hints.areTexts || !amounts.arePlain)) {
    const found = numberFormat(amounts, usual, { like, delimiter: hints.delimiter });
    if (found !== undefined) return found;
  }
  return epochFormat(sample, hints) ?? { format: PLAIN };
}

interface NumberHints {
  readonly like: CellFormat | undefined;
  readonly delimiter: string | undefined;
}

function dateFormat({ separator, order: found }: Dates, usual: Usual, like: CellFormat | undefined): Sniffed {
  const known = like?.kind === 'date' ? like.order : usual.order;
  const likely = known === 'ymd' ? undefined : known;
  const order = found ?? likely ?? (separator === '/' ? 'mdy' : 'dmy');
  const isOpen = found === undefined && likely === undefined;
  const other = describeOrder(order === 'dmy' ? 'mdy' : 'dmy', separator);
  const open = isOpen ? ` (or ${other}: --dates ${order === 'dmy' ? 'mdy' : 'dmy'})` : '';
  return { format: { kind: 'date', order, separator }, note: `dates ${describeOrder(order, separator)}${open}` };
}

function numberFormat(amounts: Amounts, usual: Usual, hints: NumberHints): Sniffed | undefined {
  const { unit, arePlain, hasMarks, hasOpenComma } = amounts;
  const likely = hints.like?.kind === 'number' ? hints.like.decimal : usual.decimal;
  const decimal = amounts.decimal ?? likely ?? (hasOpenComma && hints.delimiter === ';' ? ',' : '.');
  if (arePlain && decimal === '.') return undefined;
  const format: CellFormat = { kind: 'number', decimal, unit };
  return hasMarks || unit !== '' ? { format, note: describeNumbers(format, hasMarks) } : { format };
}

function describeNumbers({ decimal, unit }: NumberFormat, hasMarks: boolean): string {
  const marks = hasMarks ? ` with a decimal ${decimal === ',' ? 'comma' : 'point'}` : '';
  return `numbers${marks}${unit === '' ? '' : ` in ${unit}`}`;
}

function epochFormat({ name, texts, numbers }: ColumnSample, { areTexts, types }: SniffHints): Sniffed | undefined {
  const values = areTexts ? texts.map(Number) : texts.length === 0 ? [...numbers] : [];
  const isDeclared = types?.get(name) === 'timestamp';
  if (values.length === 0 || (types?.has(name) && !isDeclared) || !values.every(Number.isFinite)) return undefined;
  const unit = epochUnitOf(isDeclared ? undefined : name, Math.min(...values), Math.max(...values));
  if (unit === undefined) return undefined;
  return { format: { kind: 'epoch', perSecond: unit.perSecond }, note: `Unix time in ${unit.name}` };
}

let currencies: ReadonlySet<string> | undefined;

function isCurrency(code: string): boolean {
  currencies ??= new Set(Intl.supportedValuesOf('currency'));
  return currencies.has(code);
}

function majority<T>(votes: readonly (T | undefined)[]): T | undefined {
  const counts = new Map<T, number>();
  for (const vote of votes) if (vote !== undefined) counts.set(vote, (counts.get(vote) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0];
}
