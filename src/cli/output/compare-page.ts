import { escapeHtml } from '../../core/format/escape-html.ts';
import { drawBars, drawCurves, drawHistogram } from '../../dashboard/charts/draw.ts';
import type { DetectDriftBody, FeatureBody, FindingBody } from '../../services/datasets/detect-drift.ts';
import {
  columnNotes,
  describePolicy,
  describeRows,
  floorTitle,
  sortedFeatures,
  toneOf,
  untestedNotes,
} from './comparison.ts';
import { describeWhere } from './describe-where.ts';

const STYLE = `
:root { color-scheme: light dark; --text: #1c2733; --soft: #5b6b7b; --line: #d6dee6; --paper: #fff; --card: #f7f9fb;
  --reference: #4477aa; --current: #dd7733; --drift: #b3261e; --fine: #1b7f3b; --unsure: #8a6100; }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --soft: #9aa8b5; --line: #36424e; --paper: #12181e; --card: #1a222a;
  --reference: #77aadd; --current: #ee9955; --drift: #ff8a80; --fine: #69d48a; --unsure: #ffc94d; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 1.5rem 1rem 4rem; font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--paper); }
h1 { font-size: 1.35rem; margin: 0 0 .25rem; } h2 { font-size: 1.05rem; margin: 0; } h1, h2, p, li { overflow-wrap: anywhere; }
.soft { color: var(--soft); } .drift { color: var(--drift); } .no_drift { color: var(--fine); } .inconclusive { color: var(--unsure); }
.summary { font-size: 1.1rem; font-weight: 600; margin: 1rem 0; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 1rem; margin: 1rem 0; }
header.feature { display: flex; gap: .75rem; align-items: baseline; flex-wrap: wrap; }
.figures { display: flex; gap: 1rem; flex-wrap: wrap; margin: .75rem 0 .25rem; } .figures svg { flex: 1 1 24rem; max-width: 100%; height: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; } .scroll { overflow-x: auto; }
th, td { text-align: left; padding: .25rem .6rem .25rem 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { font-weight: 600; color: var(--soft); font-size: .85rem; } td.number, th.number { text-align: right; }
.key i { display: inline-block; width: .8em; height: .8em; border-radius: 2px; margin: 0 .35em 0 1em; vertical-align: baseline; }
text { fill: var(--soft); font: 11px system-ui, sans-serif; }
.axis { stroke: var(--line); } .reference { fill: var(--reference); stroke: var(--reference); } .current { fill: var(--current); stroke: var(--current); }
.area { fill-opacity: .25; stroke-width: 1.5; } .curve { fill: none; stroke-width: 1.75; } .bar { stroke: none; }
`;

const WORDS = { drift: 'drift', no_drift: 'no drift', inconclusive: 'inconclusive' } as const;

/** An HTML page without scripts and external resources: the summary, and charts and tests of each column. */
export function comparePage(body: DetectDriftBody, files: { reference: string; production: string }): string {
  const features = sortedFeatures(body);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(`${files.reference} against ${files.production}`)}</title><style>${STYLE}</style></head><body>
<h1>${escapeHtml(files.reference)} against ${escapeHtml(files.production)}</h1>
<p class="soft">${describeRows(body)}; ${escapeHtml(describePolicy(body))}
<span class="key"><i style="background: var(--reference)"></i>reference<i style="background: var(--current)"></i>production</span></p>
<p class="summary ${toneOf(body)}">${escapeHtml(body.summary)}</p>
${notes(body)}
${features.map(([name, feature]) => section(name, feature, floorTitle(body))).join('\n')}
</body></html>
`;
}

function notes(body: DetectDriftBody): string {
  const lines = [...columnNotes(body), ...untestedNotes(body), ...body.notes];
  return lines.length === 0
    ? ''
    : `<ul class="soft">${lines.map((line) => `<li>${escapeHtml(line)}</li>`).join('')}</ul>`;
}

function section(name: string, feature: FeatureBody, floor: string): string {
  const { histogram, cdf, categories } = feature.figures;
  const label = feature.type === 'timestamp' ? dayLabel : undefined;
  const figures = [
    histogram && drawHistogram(histogram, `${name}: shares by value`, label),
    cdf && drawCurves(cdf, `${name}: share of rows up to a value`, label),
    categories && drawBars(categories, `${name}: shares by category`),
    ...Object.entries(feature.parts ?? {}).map(([part, bars]) => drawBars(bars, `${name}: shares by ${part}`)),
  ].filter((figure) => figure !== undefined);
  const isUntested = feature.reason !== undefined && feature.verdict !== 'drift';
  const verdict = isUntested ? 'not tested' : WORDS[feature.verdict];
  const reason = feature.reason === undefined ? '' : `<span class="soft">${escapeHtml(feature.reason)}</span>`;
  const table = feature.findings.length === 0 ? '' : findingTable(feature.findings, floor);
  return `<section><header class="feature"><h2>${escapeHtml(name)}</h2><span class="soft">${feature.type}</span>
<strong class="${feature.verdict}">${verdict}</strong>${reason}</header>
<div class="figures">${figures.join('')}</div>${table}</section>`;
}

function findingTable(findings: readonly FindingBody[], floor: string): string {
  const head = ['test', 'verdict', 'effect', floor, 'p', 'p adjusted', 'where', 'how'];
  const numeric = new Set(['effect', floor, 'p', 'p adjusted']);
  const cell = (text: string, i: number) => `<td${numeric.has(head[i] ?? '') ? ' class="number"' : ''}>${text}</td>`;
  const rows = findings.map((finding) =>
    [
      escapeHtml(finding.part === undefined ? finding.title : `${finding.title}, ${finding.part}`),
      `<span class="${finding.verdict}">${WORDS[finding.verdict]}</span>`,
      number(finding.effect),
      number(finding.floor),
      probability(finding.p_value),
      probability(finding.p_adjusted),
      escapeHtml(describeWhere(finding)),
      escapeHtml(finding.reason ?? finding.method),
    ].map(cell),
  );
  const heads = head.map((title) => `<th${numeric.has(title) ? ' class="number"' : ''}>${title}</th>`).join('');
  return `<div class="scroll"><table><thead><tr>${heads}</tr></thead><tbody>${rows.map((row) => `<tr>${row.join('')}</tr>`).join('')}</tbody></table></div>`;
}

function dayLabel(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

function number(x: number | null): string {
  if (x === null) return '–';
  return x !== 0 && Math.abs(x) < 0.001 ? x.toExponential(1) : String(Number(x.toPrecision(4)));
}

/** A p-value below the smallest double is 0, which would look impossible. */
function probability(p: number | null): string {
  return p !== null && p < 1e-300 ? '&lt;1e-300' : number(p);
}
