import { amount, pValue } from '../../core/format/amounts.ts';
import type { DetectDriftBody, FeatureBody, FindingBody } from '../../services/datasets/detect-drift.ts';
import type { Colors } from '../terminal.ts';
import {
  columnNotes,
  describePolicy,
  describeRows,
  floorTitle,
  sortedFeatures,
  testName,
  toneOf,
  untestedNotes,
} from './comparison.ts';
import { describeWhere } from './describe-where.ts';
import { renderTable } from './table.ts';

/** Only the calibrated policy adjusts p-values. */
function headOf(body: DetectDriftBody): string[] {
  const p = body.policy === 'calibrated' && body.preset === undefined ? 'p adjusted' : 'p';
  return ['column', 'type', 'verdict', 'test', 'effect', floorTitle(body), p, 'where', 'reason'];
}

/** A comparison as lines for a terminal: drifting columns first, with the deciding tests of each column or with all tests. */
export function renderComparison(body: DetectDriftBody, colors: Colors, showsAllTests: boolean): string[] {
  const { bold, dim, green, red, yellow } = colors;
  const rows = sortedFeatures(body).flatMap(([name, feature]) => featureRows(name, feature, colors, showsAllTests));
  const paint = { drift: red, inconclusive: yellow, no_drift: green }[toneOf(body)];
  return [
    describeRows(body),
    dim(describePolicy(body)),
    '',
    ...renderTable(headOf(body), rows),
    '',
    ...notes(body).map((note) => dim(note)),
    paint(bold(body.summary)),
  ];
}

function featureRows(name: string, feature: FeatureBody, colors: Colors, showsAllTests: boolean): string[][] {
  const shown = showsAllTests ? feature.findings : feature.findings.filter((finding) => isDeciding(finding, feature));
  const isTested = feature.reason === undefined || feature.verdict === 'drift' || showsAllTests;
  const findings = !isTested ? [] : shown.length > 0 ? shown : feature.findings.slice(0, 1);
  const type = feature.type;
  if (findings.length === 0) return [[name, type, colors.dim('not tested'), '', '', '', '', '', feature.reason ?? '']];
  return findings.map((finding, i) => [
    i === 0 ? name : '',
    i === 0 ? type : '',
    verdictOf(finding.verdict, colors),
    testName(finding),
    amount(finding.effect),
    amount(finding.floor),
    pValue(finding.p_adjusted ?? finding.p_value),
    finding.effect === 0 ? '' : describeWhere(finding),
    finding.reason ?? '',
  ]);
}

/** Findings with drift; if there are none, the first one with the verdict of the column. */
function isDeciding(finding: FindingBody, feature: FeatureBody): boolean {
  if (feature.verdict === 'drift') return finding.verdict === 'drift';
  return finding === feature.findings.find(({ verdict }) => verdict === feature.verdict);
}

function verdictOf(verdict: FindingBody['verdict'], { bold, green, red, yellow }: Colors): string {
  if (verdict === 'drift') return red(bold('drift'));
  return verdict === 'inconclusive' ? yellow('inconclusive') : green('no drift');
}

function notes(body: DetectDriftBody): string[] {
  const lines = [...columnNotes(body), ...untestedNotes(body), ...body.notes];
  return lines.length === 0 ? [] : [...lines, ''];
}
