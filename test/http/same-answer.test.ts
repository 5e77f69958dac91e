import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../src/cli/program.ts';
import type { DetectDriftBody } from '../../src/services/datasets/detect-drift.ts';
import { TESTS_OF_TABLES } from '../../src/services/datasets/detect-settings.ts';
import { detectDrift } from '../../src/services/datasets/drift-detector.ts';
import { fakeTerminal } from '../cli/fake-terminal.ts';
import { emptyDatabase, withService } from './service.ts';

const { app } = withService(emptyDatabase, { AUTH: 'off' });

type Row = { readonly amount: number; readonly plan: string; readonly level: number };

/** Of every hundred amounts `far` lie a thousand times as far: a test that asks for distances calls that a drift, one for shares does not. */
function rows(n: number, far: number, shift = 0): Row[] {
  return Array.from({ length: n }, (_, i) => {
    const amount = ((i * 7919) % 1009) / 10 + shift;
    return { amount: i % 100 < far ? amount * 1_000 : amount, plan: 'abc'[(i * i) % 3] ?? 'a', level: i % 4 };
  });
}

const csv = (table: readonly Row[]) =>
  `amount,plan,level\n${table.map(({ amount, plan, level }) => `${amount},${plan},${level}`).join('\n')}\n`;

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'plumbline-same-'));
});
afterAll(() => rm(directory, { recursive: true }));

async function askCommand(reference: readonly Row[], production: readonly Row[]): Promise<DetectDriftBody> {
  const paths = ['reference.csv', 'production.csv'].map((name) => join(directory, name));
  const [referencePath = '', productionPath = ''] = paths;
  await writeFile(referencePath, csv(reference));
  await writeFile(productionPath, csv(production));
  const terminal = fakeTerminal();
  await runCommand(['compare', referencePath, productionPath, '--json'], terminal);
  return JSON.parse(terminal.lines.join('\n'));
}

async function askRoute(reference: readonly Row[], production: readonly Row[]): Promise<DetectDriftBody> {
  const payload = { reference_data: reference, production_data: production };
  return (await app.inject({ method: 'POST', url: '/detect-drift', payload })).json();
}

describe.each([
  ['nothing moved', rows(2_000, 0), rows(1_500, 0), []],
  ['a few values lie far out', rows(2_000, 0), rows(1_500, 4), []],
  ['everything moved', rows(2_000, 0), rows(1_500, 0, 60), ['amount']],
  ['few rows', rows(40, 0), rows(30, 0, 60), []],
] as const)('%s: the command, the library and the route agree', (_, reference, production, drifted) => {
  it('on every number and verdict', async () => {
    const library = JSON.parse(JSON.stringify(detectDrift(reference, production)));
    expect(library.features_with_drift).toEqual(drifted);
    expect(await askCommand(reference, production)).toEqual(library);
    expect(await askRoute(reference, production)).toEqual(library);
  });
});

it('the tests are those that the clients of the route know, and some about quality', async () => {
  const { feature_details } = await askCommand(rows(500, 0), rows(500, 0));
  const asked = Object.values(feature_details).flatMap(({ findings }) => findings.map(({ test }) => test));
  expect(asked.filter((test) => !TESTS_OF_TABLES.includes(test))).toEqual([]);
  expect(feature_details.amount).toMatchObject({ ks_test: {}, psi: {} });
  expect(feature_details.plan).toMatchObject({ chi_square: {} });
});

it('a drift says where it is and which way it went', async () => {
  const { feature_details } = await askCommand(rows(500, 0), rows(500, 0, 60));
  expect(feature_details.amount?.findings.find(({ test }) => test === 'ks')).toMatchObject({
    verdict: 'drift',
    direction: 'higher',
    at: expect.any(Number),
  });
});
