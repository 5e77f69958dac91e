import { readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Command } from 'commander';
import { describe, expect, it, onTestFinished } from 'vitest';
import { addSentryCommand } from '../../../src/cli/commands/sentry.ts';
import { exitCodeOf } from '../../../src/cli/exit-code.ts';
import { buildSentryArtifact } from '../../../src/services/coherence/sentry.ts';
import { writeArtifact } from '../../../src/services/incidents/artifact.ts';
import { fakeTerminal } from '../../cli/fake-terminal.ts';
import { makeTemporaryDirectory } from '../../database.ts';

const context = {
  window: '24h',
  apiBase: 'http://here',
  createdAtMs: Date.UTC(2026, 4, 4, 12, 30, 30),
  thresholds: { warn: 0.1, crit: 0.25 },
};
const signal = (psi: number | null, name = `psi ${psi}`) => ({ name, psi, ks: 0.1, n: 500, verdict: 'no_drift' });

async function emptyDirectory(): Promise<string> {
  const directory = await makeTemporaryDirectory();
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}

describe('buildSentryArtifact', () => {
  it.each([
    [0.0999, 'OK'],
    [0.1, 'WARN'],
    [0.2499, 'WARN'],
    [0.25, 'CRITICAL'],
    [7, 'CRITICAL'],
    [0, 'OK'],
    [null, 'UNKNOWN'],
  ])('PSI %s is %s', (psi, level) => {
    const { assessment, without_alarm: others } = buildSentryArtifact({ signals: [signal(psi)] }, context);
    expect(assessment).toHaveLength(['WARN', 'CRITICAL'].includes(level) ? 1 : 0);
    expect([...assessment, ...others]).toMatchObject([
      { metric: 'psi', value: psi, level, thresholds: { warn: 0.1, crit: 0.25 } },
    ]);
  });

  it('has the form of other incident files', () => {
    const metrics = { signals: [{ ...signal(null, 'a'), reason: 'insufficient_samples' }] };
    expect(buildSentryArtifact(metrics, context)).toEqual({
      kind: 'drift_incident',
      created_at: '2026-05-04T12:30:30.000Z',
      window: '24h',
      api_base: 'http://here',
      assessment: [],
      without_alarm: [
        {
          signal: 'a',
          metric: 'psi',
          value: null,
          thresholds: { warn: 0.1, crit: 0.25 },
          level: 'UNKNOWN',
          details: { psi_raw: null, ks: 0.1, n: 500, verdict: 'no_drift', reason: 'insufficient_samples' },
        },
      ],
      metrics_snapshot: metrics,
      automation: {
        name: 'drift_sentry',
        version: expect.any(String),
        policies: { psi_warn: 0.1, psi_crit: 0.25, acceptance: 'No CRITICAL incidents' },
        budget: { max_runtime_s: 20, max_tool_calls: 2 },
      },
    });
  });

  it('is UNKNOWN when the answer has no signals', () => {
    for (const metrics of [
      {},
      { signals: [] },
      JSON.parse('{"signals":"none"}'),
      JSON.parse('{"signals":[null,{}]}'),
      { detail: 'No values' },
    ]) {
      const { assessment, without_alarm: others } = buildSentryArtifact(metrics, context);
      expect(assessment).toEqual([]);
      expect(others).toMatchObject([{ signal: '*', value: null, level: 'UNKNOWN' }]);
      expect(others[0]?.details).toHaveProperty('reason');
    }
  });

  it('gets another name when a file of the same second exists', async () => {
    const directory = await emptyDirectory();
    const artifact = buildSentryArtifact({}, context);
    await Promise.all([1, 2, 3].map(() => writeArtifact(directory, artifact)));
    const stem = 'incident_20260504T123030_24h';
    expect((await readdir(directory)).sort()).toEqual([`${stem}-2.json`, `${stem}-3.json`, `${stem}.json`]);
  });
});

describe('plumbline sentry', () => {
  async function run(status: number, body: unknown, args: string[] = [], env: Record<string, string> = {}) {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close().closeAllConnections());
    const directory = await emptyDirectory();
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const terminal = fakeTerminal({ PLUMBLINE_URL: url, ...env });
    const program = new Command().exitOverride();
    program.configureOutput({ writeErr: (text) => terminal.err(text) });
    addSentryCommand(program, terminal);
    const argv = ['sentry', '--out-dir', directory, ...args];
    const code = await exitCodeOf(
      terminal,
      async () => void (await program.parseAsync(argv, { from: 'user' })),
      'sentry',
    );
    const names = await readdir(join(directory, 'incidents')).catch(() => []);
    const artifacts = await Promise.all(names.map((name) => readFile(join(directory, 'incidents', name), 'utf8')));
    return {
      code,
      out: terminal.lines,
      err: terminal.errors(),
      asked,
      names,
      files: artifacts.map((a) => JSON.parse(a)),
    };
  }

  it('sends one request, always writes the file, and prints one line', async () => {
    const metrics = { n: 5, signals: [signal(0.3), signal(0.15), signal(0.01), signal(null)] };
    const { code, out, err, asked, names, files } = await run(200, metrics);
    expect(code).toBe(0);
    expect(asked).toEqual(['GET /coherence/metrics?window=24h']);
    expect(names).toEqual([expect.stringMatching(/^incident_\d{8}T\d{6}_24h\.json$/)]);
    expect(out).toEqual([
      expect.stringMatching(/^\[drift_sentry\] window=24h warnings=1 critical=1 report=\S+\.json runtime_s=\d+\.\d\d$/),
    ]);
    expect(out[0]).toContain(names[0]);
    expect(err).toContain('1 of 4 signals are UNKNOWN');
    expect(files[0].metrics_snapshot).toEqual(metrics);
    expect(files[0].assessment.map((one: { level: string }) => one.level)).toEqual(['CRITICAL', 'WARN']);
    expect(files[0].api_base).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const fine = await run(200, { signals: [signal(0.01)] }, ['--window', '1h']);
    expect([fine.code, fine.names.length, fine.err, fine.files[0].window]).toEqual([0, 1, '', '1h']);
  });

  it('exits with 2 on CRITICAL with --fail-on-critical, after the file is written', async () => {
    const critical = await run(200, { signals: [signal(0.3)] }, ['--fail-on-critical']);
    expect([critical.code, critical.names.length]).toEqual([2, 1]);
    const warning = await run(200, { signals: [signal(0.2), signal(null)] }, ['--fail-on-critical']);
    expect([warning.code, warning.names.length]).toEqual([0, 1]);
  });

  it('reads the thresholds from the environment', async () => {
    const env = { DRIFT_PSI_WARN: '0.5', DRIFT_PSI_CRIT: '0.9' };
    expect((await run(200, { signals: [signal(0.6)] }, [], env)).out[0]).toContain('warnings=1 critical=0');
    expect((await run(200, { signals: [signal(0.6)] }, [], { DRIFT_PSI_WARN: '' })).out[0]).toContain('critical=1');
    const wrong = await run(200, {}, [], { DRIFT_PSI_WARN: 'much' });
    expect([wrong.code, wrong.names.length]).toEqual([64, 0]);
    expect(wrong.err).toContain('DRIFT_PSI_WARN');
  });

  it('writes a file when there are no values, and fails when there is no answer', async () => {
    const nothing = await run(422, { code: 'no_values', detail: 'No values available' });
    expect([nothing.code, nothing.files[0].without_alarm[0].level]).toEqual([0, 'UNKNOWN']);
    expect(nothing.files[0].without_alarm[0].details.reason).toBe('No values available');
    const refused = await run(400, { code: 'invalid_window', detail: 'That is no window' });
    expect([refused.code, refused.names.length]).toEqual([64, 0]);
    expect(refused.err).toContain('That is no window');
    expect((await run(200, null)).code).toBe(70);
    expect((await run(200, {}, ['--api', 'http://127.0.0.1:1'])).code).toBe(3);
    expect((await run(200, {}, ['--window', 'soon'])).code).toBe(64);
  });
});
