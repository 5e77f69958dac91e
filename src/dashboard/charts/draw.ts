import type { Bars, Curves, Histogram } from '../../core/drift/figures.ts';
import { escapeHtml } from '../../core/format/escape-html.ts';

const [WIDTH, HEIGHT] = [460, 190];
const FRAME = { left: 38, right: 12, top: 10, bottom: 26 } as const;
const MAX_NAME_CHARS = 22;
const BAR_ROW = 26;
const NAME_WIDTH = 150;

/** How a value stands at the axis. */
type Label = (value: number) => string;

/** The share of values in each bin, for reference and current in one chart. */
export function drawHistogram({ edges, reference, current }: Histogram, title: string, label: Label = short): string {
  const highest = Math.max(...reference, ...current, Number.MIN_VALUE);
  const x = scale(edges[0] as number, edges.at(-1) as number, FRAME.left, WIDTH - FRAME.right);
  const y = scale(0, highest, HEIGHT - FRAME.bottom, FRAME.top);
  const area = (shares: readonly number[], side: string) => {
    const steps = shares.map((share, i) => `H${x(edges[i] as number)}V${y(share)}H${x(edges[i + 1] as number)}`);
    return `<path class="area ${side}" d="M${x(edges[0] as number)} ${y(0)}${steps.join('')}V${y(0)}Z"/>`;
  };
  const inner =
    area(reference, 'reference') +
    area(current, 'current') +
    axes({ low: edges[0] as number, high: edges.at(-1) as number, highest }, label);
  return picture(inner, WIDTH, HEIGHT, title);
}

/** The cumulative distribution functions of reference and current. */
export function drawCurves({ values, reference, current }: Curves, title: string, label: Label = short): string {
  const [low, high] = [values[0] as number, values.at(-1) as number];
  const x = scale(low, high, FRAME.left, WIDTH - FRAME.right);
  const y = scale(0, 1, HEIGHT - FRAME.bottom, FRAME.top);
  const curve = (shares: readonly number[], side: string) => {
    const steps = shares.map((share, i) => `H${x(values[i] as number)}V${y(share)}`);
    return `<path class="curve ${side}" d="M${x(low)} ${y(0)}${steps.join('')}"/>`;
  };
  return picture(
    axes({ low, high, highest: 1 }, label) + curve(reference, 'reference') + curve(current, 'current'),
    WIDTH,
    HEIGHT,
    title,
  );
}

/** Two bars for each category: reference and current. */
export function drawBars({ names, reference, current }: Bars, title: string): string {
  const highest = Math.max(...reference, ...current, Number.MIN_VALUE);
  const x = scale(0, highest, 0, WIDTH * 1.5 - NAME_WIDTH - 60);
  const rows = names.map((name, i) => {
    const top = 4 + i * BAR_ROW;
    const label = name.length > MAX_NAME_CHARS ? `${name.slice(0, MAX_NAME_CHARS - 1)}…` : name;
    const bar = (share: number, side: string, offset: number) =>
      `<rect class="bar ${side}" x="${NAME_WIDTH}" y="${top + offset}" width="${x(share)}" height="9"/>` +
      `<text x="${NAME_WIDTH + Number(x(share)) + 5}" y="${top + offset + 8}">${percent(share)}</text>`;
    return `<text x="${NAME_WIDTH - 6}" y="${top + 14}" text-anchor="end">${escapeHtml(label)}</text>${bar(reference[i] as number, 'reference', 0)}${bar(current[i] as number, 'current', 10)}`;
  });
  return picture(rows.join(''), WIDTH * 1.5, 8 + names.length * BAR_ROW, title);
}

interface Axes {
  readonly low: number;
  readonly high: number;
  readonly highest: number;
}

function axes({ low, high, highest }: Axes, label: Label): string {
  const [bottom, right] = [HEIGHT - FRAME.bottom, WIDTH - FRAME.right];
  return (
    `<path class="axis" fill="none" d="M${FRAME.left} ${FRAME.top}V${bottom}H${right}"/>` +
    `<text x="${FRAME.left}" y="${HEIGHT - 8}">${label(low)}</text>` +
    `<text x="${right}" y="${HEIGHT - 8}" text-anchor="end">${label(high)}</text>` +
    `<text x="${FRAME.left - 5}" y="${FRAME.top + 9}" text-anchor="end">${percent(highest)}</text>` +
    `<text x="${FRAME.left - 5}" y="${bottom}" text-anchor="end">0</text>`
  );
}

function picture(inner: string, width: number, height: number, title: string): string {
  return `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeHtml(title)}">${inner}</svg>`;
}

/** Maps values to positions, to a tenth of a pixel. If all values are equal, the position is in the middle. */
function scale(low: number, high: number, from: number, to: number): (value: number) => string {
  return (value) => {
    const share = high > low ? value / (high - low) - low / (high - low) : 0.5;
    return (from + Math.min(1, Math.max(0, share)) * (to - from)).toFixed(1);
  };
}

function short(x: number): string {
  return String(Number(x.toPrecision(4)));
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(2))} %`;
}
