import type { Command } from 'commander';
import type { BuiltBaseline } from '../../api/baselines.ts';
import { count } from '../../core/format/amounts.ts';
import { matchesGlob } from '../../core/glob.ts';
import type { StreamName } from '../../core/stream-name.ts';
import { type Api, apiFrom, readProblem, refusalFailure } from '../api.ts';
import { Failure, usageFailure } from '../failure.ts';
import { collect, wholeNumber } from '../option-values.ts';
import { type StreamOptions, windowOption, withStreamOptions } from '../options.ts';
import { showBaseline } from '../output/baseline.ts';
import { listStreams } from '../pages.ts';
import type { Terminal } from '../terminal.ts';

interface BuildOptions extends StreamOptions {
  readonly window?: string;
  readonly start?: string;
  readonly end?: string;
  readonly exclude?: readonly string[];
  readonly name?: string;
  readonly activate: boolean;
  readonly all?: boolean;
  readonly match?: string;
  readonly minEvents?: number;
}

const HELP = `
With --all one line is printed for each stream. Streams with fewer events than --min-events are skipped. The exit code is 0 only if every
other stream has a new baseline.

Examples:
  plumbline baseline build --service payments_api --endpoint "POST /v2/payments" --window 120m
  plumbline baseline build --all                                   every stream, the last BASELINE_WINDOW_MINUTES
  plumbline baseline build --all --match "web *" --window 7d       every endpoint of the service web`;

export function addBuildCommand(group: Command, terminal: Terminal): void {
  withStreamOptions(group.command('build').description('Build a baseline from stored events'))
    .option('--all', 'build one for every stream, instead of --service and --endpoint')
    .option('--match <pattern>', 'with --all: only streams whose "service endpoint" matches; * is any text')
    .option('--min-events <n>', 'fewest events in the window (default: 50 with --all)', wholeNumber(1_000_000_000))
    .addOption(windowOption('BASELINE_WINDOW_MINUTES of the service'))
    .option('--start <time>', 'start of the window, ISO 8601, instead of --window')
    .option('--end <time>', 'end of the window, ISO 8601 (default: now)')
    .option('--exclude <start/end>', 'leave out an interval, such as a known fault; can be repeated', collect)
    .option('--name <name>', 'name of the baseline (default: stream and time)')
    .option('--no-activate', 'do not make it the active baseline')
    .addHelpText('after', HELP)
    .action((options: BuildOptions) => buildBaselines(terminal, options));
}

/** With fewer, KS is not tested, and the other tests find little. */
const ENOUGH_EVENTS = 50;

async function buildBaselines(terminal: Terminal, options: BuildOptions): Promise<void> {
  const { service, endpoint, window, start, end, name, activate, all, match, minEvents } = options;
  if (window !== undefined && start !== undefined)
    throw usageFailure('use --window, or --start and --end, but not both');
  const exclude = (options.exclude ?? []).map(readInterval);
  const body = { window, start, end, activate, ...(exclude.length > 0 ? { exclude } : {}) };
  const api = apiFrom(terminal.env, options.api);
  if (all) {
    if (service !== undefined || endpoint !== undefined || name !== undefined)
      throw usageFailure('--all takes no --service, --endpoint or --name; choose streams with --match');
    return buildAll(terminal, api, match, { ...body, min_samples: minEvents ?? ENOUGH_EVENTS });
  }
  if (match !== undefined) throw usageFailure('--match chooses among the streams of --all');
  if (service === undefined || endpoint === undefined)
    throw usageFailure('use --service and --endpoint, or --all for every stream');
  const one = { service, endpoint, name, ...body, ...(minEvents !== undefined && { min_samples: minEvents }) };
  showBaseline(terminal, await api.json<BuiltBaseline>('POST', '/v1/baselines', { body: one }));
}

function readInterval(text: string): { start: string; end: string } {
  const [start, end, more] = text.split('/');
  if (!start || !end || more !== undefined) throw usageFailure(`--exclude must be START/END, not "${text}"`);
  return { start, end };
}

type Built =
  | { readonly kind: 'built'; readonly baseline: BuiltBaseline }
  | { readonly kind: 'skipped'; readonly reason: string }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** One after the other. A service that has gone ends it: the others would fail as well. */
async function buildAll(terminal: Terminal, api: Api, match: string | undefined, body: object): Promise<void> {
  const done: { stream: StreamName; built: Built }[] = [];
  for await (const stream of listStreams(api)) {
    if (match !== undefined && !matchesGlob(match, nameOf(stream))) continue;
    const built = await build(api, stream, body);
    terminal.out(`${nameOf(stream)}: ${describeBuilt(terminal, built)}`);
    done.push({ stream, built });
    if (built.kind === 'failed' && built.failure.ending === 'unavailable') break;
  }
  if (done.length === 0)
    throw usageFailure(match === undefined ? 'there are no streams yet' : `no stream matches "${match}"`);
  const failures = done.flatMap(({ built }) => (built.kind === 'failed' ? [built.failure] : []));
  const [first] = failures;
  if (first !== undefined) throw new Failure(`${failures.length} of ${done.length} streams failed`, first.ending);
  if (done.every(({ built }) => built.kind === 'skipped'))
    throw usageFailure('no stream has enough events in the window; choose another --window, or fewer --min-events');
}

async function build(api: Api, { service, endpoint }: StreamName, body: object): Promise<Built> {
  try {
    const answer = await api.call('POST', '/v1/baselines', { body: JSON.stringify({ service, endpoint, ...body }) });
    if (answer.status < 300) return { kind: 'built', baseline: api.parse<BuiltBaseline>('/v1/baselines', answer) };
    const problem = readProblem(answer);
    if (problem.code === 'no_events') return { kind: 'skipped', reason: 'no events in the window' };
    if (problem.code === 'too_few_events') return { kind: 'skipped', reason: problem.detail };
    return { kind: 'failed', failure: refusalFailure(problem) };
  } catch (error) {
    if (error instanceof Failure) return { kind: 'failed', failure: error };
    throw error;
  }
}

function describeBuilt({ colors }: Terminal, built: Built): string {
  if (built.kind === 'skipped') return colors.dim(`skipped: ${built.reason}`);
  if (built.kind === 'failed') return colors.red(`failed: ${built.failure.message.replaceAll('\n', ' ')}`);
  const { name, samples, warnings } = built.baseline;
  const notes = warnings.map((warning) => colors.yellow(`; ${warning}`)).join('');
  return `${colors.green(name)} from ${count(samples)} events${notes}`;
}

function nameOf({ service, endpoint }: StreamName): string {
  return `${service} ${endpoint}`;
}
