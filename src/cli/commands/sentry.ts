import { join } from 'node:path';
import type { Command } from 'commander';
import { configSchema } from '../../config/config.ts';
import { systemClock } from '../../core/time/clock.ts';
import { DURATION_HINT, parseDuration, SECOND_MS } from '../../core/time/window.ts';
import { buildSentryArtifact, countLevel, MAX_RUNTIME_S, type SentryMetrics } from '../../services/coherence/sentry.ts';
import { type Artifact, writeArtifact } from '../../services/incidents/artifact.ts';
import { API_OPTION, type Api, apiFrom, describeProblem, readProblem } from '../api.ts';
import { Failure, messageOf, systemCode, usageFailure } from '../failure.ts';
import type { Environment, Terminal } from '../terminal.ts';

interface SentryOptions {
  readonly window: string;
  readonly failOnCritical: boolean;
  readonly outDir: string;
  readonly api?: string;
}

const HELP = `
Asks the service once for the PSI of every signal against the active baseline, and writes what it finds to
<out-dir>/incidents/incident_<UTC time>_<window>.json, whatever it is. WARN from DRIFT_PSI_WARN (.1) on, CRITICAL from
DRIFT_PSI_CRIT (.25) on; UNKNOWN where there is no baseline or too few values to tell.

Examples:
  plumbline sentry
  plumbline sentry --window 1h --out-dir reports
  plumbline sentry --window 24h --fail-on-critical      exit code 2 when a signal is CRITICAL`;

export function addSentryCommand(program: Command, terminal: Terminal): void {
  program
    .command('sentry')
    .description('look once at how far signals have drifted, and write it down')
    .option('--window <length>', 'the last 30m, 24h, 7d', '24h')
    .option('--fail-on-critical', 'exit code 2 when a signal is CRITICAL', false)
    .option('--out-dir <directory>', 'where incidents/ is', 'artifacts')
    .option(...API_OPTION)
    .addHelpText('after', HELP)
    .action((options: SentryOptions) => watchOnce(terminal, options));
}

async function watchOnce(terminal: Terminal, { window, failOnCritical, outDir, api }: SentryOptions): Promise<void> {
  const startedMs = systemClock.now();
  if (parseDuration(window) === undefined) throw usageFailure(`--window "${window}" is no length; ${DURATION_HINT}`);
  const thresholds = readThresholds(terminal.env);
  const service = apiFrom(terminal.env, api);
  const metrics = await askMetrics(service, window);
  const context = { window, apiBase: service.url, createdAtMs: systemClock.now(), thresholds };
  const artifact = buildSentryArtifact(metrics, context);
  const path = await write(join(outDir, 'incidents'), artifact);
  const [warnings, critical] = [countLevel(artifact, 'WARN'), countLevel(artifact, 'CRITICAL')];
  const seconds = ((systemClock.now() - startedMs) / SECOND_MS).toFixed(2);
  const counts = `warnings=${warnings} critical=${critical}`;
  terminal.out(`[drift_sentry] window=${window} ${counts} report=${path} runtime_s=${seconds}`);
  const unknown = countLevel(artifact, 'UNKNOWN');
  if (unknown > 0)
    terminal.err(`${unknown} of ${artifact.assessment.length} cannot be told; ${whyUnknown(artifact)}\n`);
  if (failOnCritical && critical > 0) throw new Failure(`signals that are CRITICAL: ${critical}`, 2);
}

/** Without a baseline nothing can ever be told: what to do is said at once. */
function whyUnknown({ assessment }: Artifact): string {
  const lacksBaseline = assessment.some(({ details }) => 'reason' in details && details.reason === 'no_baseline');
  if (!lacksBaseline) return 'the report says why';
  return 'there is no baseline: plumbline baseline build --service darshan --endpoint signals/summary --window 24h';
}

/** That there are no values is an answer as well: nothing can be told. */
async function askMetrics(service: Api, window: string): Promise<SentryMetrics> {
  const query = { window };
  const answer = await service.call('GET', '/coherence/metrics', { query, timeoutMs: MAX_RUNTIME_S * SECOND_MS });
  const problem = readProblem(answer);
  if (answer.status >= 300 && problem.code !== 'no_values') throw new Failure(describeProblem(problem));
  const metrics = parseObject(answer.text);
  if (metrics !== undefined) return metrics;
  throw new Failure(`${service.url} did not answer with a JSON object; is it Plumbline that listens there?`);
}

function parseObject(text: string): SentryMetrics | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

const thresholdsSchema = configSchema.pick({ DRIFT_PSI_WARN: true, DRIFT_PSI_CRIT: true });

function readThresholds({ DRIFT_PSI_WARN: warn, DRIFT_PSI_CRIT: crit }: Environment) {
  const read = thresholdsSchema.safeParse({ DRIFT_PSI_WARN: warn || undefined, DRIFT_PSI_CRIT: crit || undefined });
  if (read.success) return { warn: read.data.DRIFT_PSI_WARN, crit: read.data.DRIFT_PSI_CRIT };
  throw usageFailure(read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
}

async function write(directory: string, artifact: Parameters<typeof writeArtifact>[1]): Promise<string> {
  try {
    return await writeArtifact(directory, artifact);
  } catch (error) {
    throw new Failure(`the report cannot be written to ${directory}: ${systemCode(error) ?? messageOf(error)}`);
  }
}
