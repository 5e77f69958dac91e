import { describe, expect, it } from 'vitest';
import { CHECK_KINDS, type Check, type CheckKind } from '../../../src/core/drift/check.ts';
import { PRESET_NAMES } from '../../../src/core/drift/presets/table.ts';
import { evaluate, type Question } from '../../../src/core/evaluation/evaluate.ts';
import type { Evaluation } from '../../../src/core/evaluation/evaluation.ts';
import { EVALUATORS } from '../../../src/core/evaluation/evaluators/table.ts';
import type { EvaluationSettings } from '../../../src/core/evaluation/settings.ts';
import { emptyProfile, type Profile } from '../../../src/core/profile/profile.ts';
import { seededRng } from '../../../src/core/stats/rng.ts';
import { CALIBRATED, CLASSIC, categories, draw, normal, numbers, profileOf, statuses } from '../drift/pairs.ts';

/** Numbers, names, an identifier, and what two names of features could clash on. */
function window(seed: string, n: number, mean: number, success = n): Profile {
  const rng = seededRng(seed);
  const features = {
    'request.amount': numbers(draw(n, () => normal(rng, mean, 20))),
    'response.amount': numbers(draw(n, () => normal(rng, 5, 1))),
    'response.duration_ms': numbers(draw(n, () => Math.max(1, normal(rng, 10 * mean, 200)))),
    currency: categories([
      ['USD', Math.floor(n / 2)],
      ['CAD', Math.ceil(n / 2)],
    ]),
    id: categories(draw(n, () => 0).map((_, i) => [`${seed}-${i}`, 1] as const)),
    ['__proto__']: numbers(draw(n, () => 1)),
  };
  return { ...profileOf(n, features), statuses: statuses(n, n - success) };
}

const reference = window('reference', 300, 100);
const WINDOWS: Readonly<Record<string, Profile>> = {
  'a quiet one': window('quiet', 300, 100),
  'one that drifted and fails': window('drifted', 300, 250, 200),
  'one of few rows': window('few', 12, 100),
  'one event': window('one', 1, 100),
  'one without features': { ...emptyProfile(), events: 40, statuses: statuses(40) },
  'an empty one': emptyProfile(),
};
const SETTINGS: Readonly<Record<string, EvaluationSettings>> = {
  calibrated: CALIBRATED,
  classic: CLASSIC,
  auto: { ...CALIBRATED, tests: 'auto' },
  ...Object.fromEntries(PRESET_NAMES.map((preset) => [preset, { ...CLASSIC, preset }])),
};

function evaluationOf(current: Profile, settings: EvaluationSettings = CALIBRATED): Evaluation {
  const question: Question = {
    generatedAtMs: 1,
    stream: { service: 's', endpoint: 'e' },
    window: { startMs: 0, endMs: 60_000 },
    windowMinutes: 1,
    reference: { kind: 'baseline', baseline: { id: 1, name: 'first', createdAtMs: 0 }, windows: [] },
    settings,
  };
  return evaluate(reference, current, question);
}

const cases = Object.keys(WINDOWS).flatMap((name) =>
  Object.keys(SETTINGS).map((settings) => [name, settings] as const),
);
const caseOf = (name: string, settings: string) =>
  evaluationOf(WINDOWS[name] ?? emptyProfile(), SETTINGS[settings] ?? CALIBRATED);

describe('every kind of check has an evaluator', () => {
  it('and no other', () => expect(Object.keys(EVALUATORS).sort()).toEqual(Object.keys(CHECK_KINDS).sort()));
});

describe.each(Object.keys(EVALUATORS) as CheckKind[])('evaluator %s', (kind) => {
  const checksOf = (evaluation: Evaluation): Check[] => evaluation.checks.filter((check) => check.kind === kind);

  it('has something to say of a window that has everything', () => {
    expect(checksOf(evaluationOf(WINDOWS['a quiet one'] ?? emptyProfile())).length).toBeGreaterThan(0);
  });

  it.each(cases)('%s, %s: sane checks', (name, settings) => {
    for (const check of checksOf(caseOf(name, settings))) expectSane(check);
  });

  it('finds what is wrong', () => {
    const bad = kind === 'volume' ? 'an empty one' : 'one that drifted and fails';
    expect(checksOf(caseOf(bad, 'calibrated')).some(({ verdict }) => verdict === 'fail')).toBe(true);
    expect(checksOf(caseOf('a quiet one', 'calibrated')).map(({ verdict }) => verdict)).not.toContain('fail');
  });

  it('fails an empty window by the volume alone', () => {
    const failed = checksOf(caseOf('an empty one', 'calibrated')).filter(({ verdict }) => verdict === 'fail');
    expect(failed.length > 0).toBe(kind === 'volume');
  });
});

/** What holds for a check of any kind. */
function expectSane(check: Check): void {
  for (const value of [check.statistic, check.effect, check.floor, check.pValue, check.pAdjusted]) {
    expect(value === null || Number.isFinite(value)).toBe(true);
  }
  expect(check.resolution).toBeGreaterThanOrEqual(0);
  expect(Number.isFinite(check.strength)).toBe(true);
  expect(check.reason !== null).toBe(check.verdict === 'inconclusive');
  if (check.verdict === 'fail') return;
  expect(check).toMatchObject({ direction: null, shift: null, isEvident: false });
}

describe.each(cases)('an evaluation of %s, %s', (name, settings) => {
  it('survives JSON unchanged: no NaN, no Infinity, no undefined', () => {
    const evaluation = caseOf(name, settings);
    expect(JSON.parse(JSON.stringify(evaluation))).toEqual(evaluation);
  });

  it('gives each check a name of its own', () => {
    const names = caseOf(name, settings).checks.map((check) => check.name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('is the same each time', () => expect(caseOf(name, settings)).toEqual(caseOf(name, settings)));

  it('has the status and the state that its checks give it', () => {
    const { checks, status, state, samples } = caseOf(name, settings);
    const fails = (kind: CheckKind) => checks.some((check) => check.kind === kind && check.verdict === 'fail');
    expect(status).toBe(fails('drift') || fails('slo') ? 'fail' : 'ok');
    if (samples === 0) expect(state).toBe('no_data');
    else if (fails('drift')) expect(state).toBe('drift');
    else if (fails('slo')) expect(state).toBe('slo_breach');
    else expect(['ok', 'inconclusive']).toContain(state);
  });

  it('counts what its drift checks say', () => {
    const { checks, verdicts } = caseOf(name, settings);
    expect(verdicts.tested).toBe(checks.filter(({ kind }) => kind === 'drift').length);
    expect(verdicts.drift + verdicts.no_drift + verdicts.inconclusive).toBe(verdicts.tested);
  });
});
