import { amount, count, pValue } from '../../core/format/amounts.ts';
import type { DetectDriftBody, FeatureBody, FindingBody } from '../../services/datasets/detect-drift.ts';
import type { Colors } from '../terminal.ts';
import { renderTable } from './table.ts';

const HEAD = ['column', 'type', 'verdict', 'test', 'effect', 'floor', 'p adjusted', 'where', 'reason'];
const MOST_WHERE = 24;
const URGENCY = { drift: 0, inconclusive: 1, no_drift: 2 } as const;

/** A comparison as lines for a terminal: drifting columns first, one row each for the test that says most, or all of them. */
export function renderComparison(body: DetectDriftBody, colors: Colors, isWhole: boolean): string[] {
  const { bold, dim, green, red, yellow } = colors;
  const features = Object.entries(body.feature_details).sort(([, a], [, b]) => URGENCY[a.verdict] - URGENCY[b.verdict]);
  const rows = features.flatMap(([name, feature]) => featureRows(name, feature, colors, isWhole));
  const says = body.drift_detected ? red : body.verdict === 'inconclusive' ? yellow : green;
  return [
    `${count(body.rows.reference)} reference rows, ${count(body.rows.production)} production rows, ${features.length} columns`,
    dim(body.preset ? `as ${body.preset} decides` : `policy ${body.policy}`),
    '',
    ...renderTable(HEAD, rows),
    '',
    ...columnNotes(body).map((note) => dim(note)),
    says(bold(body.summary)),
  ];
}

function featureRows(name: string, feature: FeatureBody, colors: Colors, isWhole: boolean): string[][] {
  const shown = isWhole ? feature.findings : feature.findings.filter((finding) => isTelling(finding, feature));
  const findings = shown.length > 0 ? shown : feature.findings.slice(0, 1);
  const type = feature.type;
  if (findings.length === 0) return [[name, type, colors.dim('not tested'), '', '', '', '', '', feature.reason ?? '']];
  return findings.map((finding, i) => [
    i === 0 ? name : '',
    i === 0 ? type : '',
    verdictOf(finding.verdict, colors),
    finding.test,
    amount(finding.effect),
    amount(finding.floor),
    pValue(finding.p_adjusted ?? finding.p_value),
    finding.effect === 0 ? '' : whereOf(finding),
    finding.reason ?? '',
  ]);
}

/** Those that drift; else the first, which stands for the others. */
function isTelling(finding: FindingBody, feature: FeatureBody): boolean {
  if (feature.verdict === 'drift') return finding.verdict === 'drift';
  return finding === feature.findings.find(({ verdict }) => verdict === feature.verdict);
}

function verdictOf(verdict: FindingBody['verdict'], { bold, green, red, yellow }: Colors): string {
  if (verdict === 'drift') return red(bold('drift'));
  return verdict === 'inconclusive' ? yellow('inconclusive') : green('no drift');
}

function whereOf({ at }: FindingBody): string {
  if (at === undefined) return '';
  const text = typeof at === 'number' ? amount(at) : at;
  return text.length > MOST_WHERE ? `${text.slice(0, MOST_WHERE - 1)}…` : text;
}

function columnNotes(body: DetectDriftBody): string[] {
  const notes = [
    ...(body.added_columns.length > 0 ? [`only in production: ${body.added_columns.join(', ')}`] : []),
    ...(body.missing_columns.length > 0 ? [`missing in production: ${body.missing_columns.join(', ')}`] : []),
    ...body.not_tested.map(({ feature, reason }) => `not tested: ${feature}: ${reason}`),
    ...body.notes,
  ];
  return notes.length === 0 ? [] : [...notes, ''];
}
