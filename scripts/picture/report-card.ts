import { type Figures, figuresOf } from '../../src/core/drift/figures.ts';
import { count, pValue } from '../../src/core/format/amounts.ts';
import { escapeHtml } from '../../src/core/format/escape-html.ts';
import { drawBars, drawHistogram } from '../../src/dashboard/charts/draw.ts';
import { profileOf } from '../../src/services/datasets/profile-of.ts';

interface DriftCheck {
  readonly verdict: string;
  readonly effect: number;
  readonly p_adjusted: number;
  readonly median?: { readonly reference: number; readonly current: number };
}

/** The part of `GET /reports/latest` that the card shows. */
export interface DrawnReport {
  readonly service: string;
  readonly endpoint: string;
  readonly status: 'ok' | 'fail';
  readonly samples: number;
  readonly policy: string;
  readonly window_start: string;
  readonly window_end: string;
  readonly baseline: { readonly name: string };
  readonly checks: {
    readonly amount_ks: DriftCheck;
    readonly duration_ms_ks: DriftCheck;
    readonly currency_psi: DriftCheck;
    readonly success_rate: { readonly ok: boolean; readonly success_rate: number; readonly min: number };
    readonly latency_p95: { readonly ok: boolean; readonly p95: number; readonly max: number };
  };
}

export interface Payment {
  readonly amount: number;
  readonly duration_ms: number;
  readonly currency: string;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

const [WIDTH, HEIGHT, MARGIN, COLUMN] = [980, 506, 20, 480];

const STYLE = `
svg { --text: #1c2733; --soft: #5b6b7b; --line: #d6dee6; --paper: #fff; --reference: #4477aa; --current: #dd7733; --drift: #b3261e; --fine: #1b7f3b; }
@media (prefers-color-scheme: dark) { svg { --text: #e6edf3; --soft: #9aa8b5; --line: #36424e; --paper: #12181e; --reference: #77aadd;
  --current: #ee9955; --drift: #ff8a80; --fine: #69d48a; } }
text { fill: var(--soft); font: 12px system-ui, -apple-system, 'Segoe UI', sans-serif; }
svg svg text { font-size: 11px; }
.state { font-size: 19px; } .title { fill: var(--text); font-size: 19px; font-weight: 600; } .feature { fill: var(--text); font-size: 15px; font-weight: 600; }
.paper { fill: var(--paper); stroke: var(--line); } .line { stroke: var(--line); }
.drift { fill: var(--drift); font-weight: 600; } .fine { fill: var(--fine); font-weight: 600; }
.axis { stroke: var(--line); } .reference { fill: var(--reference); stroke: var(--reference); } .current { fill: var(--current); stroke: var(--current); }
.area { fill-opacity: .3; stroke-width: 1.5; } .bar, .key { stroke: none; }
@media (max-width: 600px) { text { font-size: 18px; } .title, .state { font-size: 28px; } .feature { font-size: 20px; } svg svg text { font-size: 12px; } }
`;

/** A report as a picture: each feature of the baseline and of the window drawn over one another, with what its test says. */
export function drawReportCard(
  report: DrawnReport,
  reference: readonly Payment[],
  current: readonly Payment[],
): string {
  const { checks } = report;
  const figures = figuresOfPayments(reference, current);
  const amount = figures('amount').histogram;
  const duration = figures('duration_ms').histogram;
  const currency = figures('currency').categories;
  if (amount === undefined || duration === undefined || currency === undefined) throw new RangeError('no payments');
  const inner = [
    `<rect class="paper" x=".5" y=".5" width="${WIDTH - 1}" height="${HEIGHT - 1}" rx="10"/>`,
    header(report),
    feature('amount', 'KS', checks.amount_ks, { x: MARGIN, y: 116 }),
    place(drawHistogram(amount, 'amount: shares by value'), MARGIN, 146),
    feature('duration_ms', 'KS', checks.duration_ms_ks, { x: MARGIN + COLUMN, y: 116 }),
    place(drawHistogram(duration, 'duration_ms: shares by value'), MARGIN + COLUMN, 146),
    `<path class="line" d="M${MARGIN} 352H${WIDTH - MARGIN}"/>`,
    feature('currency', 'PSI', checks.currency_psi, { x: MARGIN, y: 382 }),
    place(drawBars(currency, 'currency: shares by category'), MARGIN - 90, 408),
    objectives(checks, MARGIN + 650),
  ];
  const title = `Report of ${report.service} ${report.endpoint}: ${report.status}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="${escapeHtml(title)}">
<style>${STYLE}</style>
${inner.join('\n')}
</svg>
`;
}

function figuresOfPayments(reference: readonly Payment[], current: readonly Payment[]) {
  const kinds = { numeric: ['amount', 'duration_ms'], categorical: ['currency'] };
  const [before, after] = [reference, current].map((payments) => profileOf(payments.map(asRow), kinds).features);
  return (name: string): Figures => figuresOf(before?.get(name) ?? {}, after?.get(name) ?? {});
}

function asRow({ amount, duration_ms, currency }: Payment): Record<string, number | string> {
  return { amount, duration_ms, currency };
}

function header({
  service,
  endpoint,
  status,
  samples,
  policy,
  window_start,
  window_end,
  baseline,
}: DrawnReport): string {
  const clock = (iso: string) => iso.slice(11, 16);
  const window = `${window_start.slice(0, 10)} ${clock(window_start)} – ${clock(window_end)} UTC`;
  return (
    text(`${service} ${endpoint}`, MARGIN, 40, 'title') +
    `<text class="state ${status === 'fail' ? 'drift' : 'fine'}" x="${WIDTH - MARGIN}" y="40" text-anchor="end">${status.toUpperCase()}</text>` +
    text(`${count(samples)} events, ${window}, against baseline ${baseline.name}, policy ${policy}`, MARGIN, 62) +
    key('reference', 'baseline', MARGIN) +
    key('current', 'this window', MARGIN + 130)
  );
}

function key(side: string, label: string, x: number): string {
  return `<rect class="key ${side}" x="${x}" y="76" width="11" height="11" rx="2"/>${text(label, x + 17, 86)}`;
}

function feature(name: string, test: string, check: DriftCheck, { x, y }: Point): string {
  const isDrift = check.verdict === 'drift';
  const moved =
    check.median === undefined ? '' : `, median ${whole(check.median.reference)} → ${whole(check.median.current)}`;
  const evidence = `${test} ${Number(check.effect.toPrecision(2))}, adjusted p ${pValue(check.p_adjusted)}${moved}`;
  return (
    text(name, x, y, 'feature') +
    text(isDrift ? 'drift' : check.verdict.replace('_', ' '), x + 160, y, isDrift ? 'drift' : 'fine') +
    text(evidence, x, y + 18)
  );
}

function objectives({ success_rate, latency_p95 }: DrawnReport['checks'], x: number): string {
  const percent = (share: number) => `${Number((100 * share).toFixed(2))} %`;
  const rate = `${percent(success_rate.success_rate)}, at least ${percent(success_rate.min)}`;
  const latency = `${whole(latency_p95.p95)} ms, at most ${whole(latency_p95.max)} ms`;
  return (
    text('service levels', x, 382, 'feature') +
    text('success rate', x, 410) +
    objective(success_rate.ok, rate, { x, y: 410 }) +
    text('p95 latency', x, 454) +
    objective(latency_p95.ok, latency, { x, y: 454 })
  );
}

function objective(isKept: boolean, detail: string, { x, y }: Point): string {
  return text(isKept ? 'kept' : 'broken', x + 130, y, isKept ? 'fine' : 'drift') + text(detail, x, y + 18);
}

function place(chart: string, x: number, y: number): string {
  return chart.replace('<svg ', `<svg x="${x}" y="${y}" `);
}

function text(content: string, x: number, y: number, kind = ''): string {
  return `<text${kind === '' ? '' : ` class="${kind}"`} x="${x}" y="${y}">${escapeHtml(content)}</text>`;
}

function whole(x: number): string {
  return count(Math.round(x));
}
