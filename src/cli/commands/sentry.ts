import { join } from 'node:path';
import type { Command } from 'commander';
import { configSchema } from '../../config/config.ts';
import { systemCode } from '../../core/format/system-code.ts';
import { systemClock } from '../../core/time/clock.ts';
import { SECOND_MS } from '../../core/time/window.ts';
import {
  buildSentryArtifact,
  countLevel,
  MAX_RUNTIME_S,
  type SentryArtifact,
  type SentryMetrics,
} from '../../services/coherence/sentry.ts';
import { writeArtifact } from '../../services/incidents/artifact.ts';
import { API_OPTION, type Api, apiFrom, readProblem, refusalFailure } from '../api.ts';
import { Failure, messageOf, usageFailure } from '../failure.ts';
import { readDuration } from '../option-values.ts';
import { windowOption } from '../options.ts';
import type { Environment, Terminal } from '../terminal.ts';

interface SentryOptions {
  readonly window: string;
  readonly failOnCritical?: boolean;
  readonly outDir: string;
  readonly api?: string;
}

const HELP = `
Reads the PSI of every signal against the active baseline from the service, and always writes the result to
<out-dir>/incidents/incident_<UTC time>_<window>.json. A signal is WARN from DRIFT_PSI_WARN (0.1) on, CRITICAL from DRIFT_PSI_CRIT
(0.25) on, and UNKNOWN if there is no baseline or there are too few values.

Examples:
  plumbline sentry
  plumbline sentry --window 1h --out-dir reports
  plumbline sentry --window 24h --fail-on-critical      exit with code 2 if a signal is CRITICAL`;

export function addSentryCommand(program: Command, terminal: Terminal): void {
  program
    .command('sentry')
    .description('Check the drift of all signals once, and write an incident file')
    .addOption(windowOption().default('24h'))
    .option('--fail-on-critical', 'exit with code 2 if a signal is CRITICAL')
    .option('--out-dir <directory>', 'directory in which incidents/ is created', 'artifacts')
    .option(...API_OPTION)
    .addHelpText('after', HELP)
    .action((options: SentryOptions) => runSentry(terminal, options));
}

async function runSentry(terminal: Terminal, { window, failOnCritical, outDir, api }: SentryOptions): Promise<void> {
  const startedMs = systemClock.now();
  readDuration('--window', window);
  const thresholds = readThresholds(terminal.env);
  const service = apiFrom(terminal.env, api);
  const metrics = await fetchMetrics(service, window);
  const context = { window, apiBase: service.url, createdAtMs: systemClock.now(), thresholds };
  const artifact = buildSentryArtifact(metrics, context);
  const path = await write(join(outDir, 'incidents'), artifact);
  const [warnings, critical] = [countLevel(artifact, 'WARN'), countLevel(artifact, 'CRITICAL')];
  const seconds = ((systemClock.now() - startedMs) / SECOND_MS).toFixed(2);
  const counts = `warnings=${warnings} critical=${critical}`;
  terminal.out(`[drift_sentry] window=${window} ${counts} report=${path} runtime_s=${seconds}`);
  const unknown = countLevel(artifact, 'UNKNOWN');
  if (unknown > 0)
    terminal.err(
      `${unknown} of ${artifact.assessment.length + artifact.without_alarm.length} signals are UNKNOWN; ${unknownReasonOf(artifact)}\n`,
    );
  if (failOnCritical && critical > 0) throw new Failure(`CRITICAL signals: ${critical}`, 'drift');
}

/** Without a baseline every signal stays UNKNOWN, so the message says how to build one. */
function unknownReasonOf({ without_alarm: others }: SentryArtifact): string {
  const lacksBaseline = others.some(({ details }) => 'reason' in details && details.reason === 'no_baseline');
  if (!lacksBaseline) return 'the file has the reasons';
  return 'no baseline exists; create one: plumbline baseline build --service darshan --endpoint signals/summary --window 24h';
}

/** `no_values` is a valid answer too: every signal is UNKNOWN. */
async function fetchMetrics(service: Api, window: string): Promise<SentryMetrics> {
  const query = { window };
  const answer = await service.call('GET', '/coherence/metrics', { query, timeoutMs: MAX_RUNTIME_S * SECOND_MS });
  const problem = readProblem(answer);
  if (answer.status >= 300 && problem.code !== 'no_values') throw refusalFailure(problem);
  const metrics = parseObject(answer.text);
  if (metrics !== undefined) return metrics;
  throw new Failure(`${service.url} did not answer with a JSON object; is this the address of Plumbline?`);
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
    throw usageFailure(`the file cannot be written to ${directory}: ${systemCode(error) ?? messageOf(error)}`);
  }
}
