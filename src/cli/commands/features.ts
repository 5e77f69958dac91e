import type { Command } from 'commander';
import type { FeatureList } from '../../api/streams.ts';
import { count, percent } from '../../core/format/amounts.ts';
import { apiFrom } from '../api.ts';
import { JSON_OPTION, type StreamOptions, windowOption, withStreamOptions } from '../options.ts';
import { renderTable } from '../output/table.ts';
import type { Terminal } from '../terminal.ts';

interface FeaturesOptions extends StreamOptions {
  readonly window?: string;
  readonly json?: boolean;
}

const HELP = `
Columns: present is the share of the window's events that have the feature. profile says whether its values are summarized and compared; the
paths after the first MAX_FEATURES are only stored. baseline says whether the active baseline has it.

Examples:
  plumbline features --service shop --endpoint "GET /cart"
  plumbline features --service shop --endpoint "GET /cart" --window 7d --json`;

export function addFeaturesCommand(program: Command, terminal: Terminal): void {
  withStreamOptions(program.command('features').description('List the features of a stream'), true)
    .addOption(windowOption('24h'))
    .option(...JSON_OPTION)
    .addHelpText('after', HELP)
    .action((options: FeaturesOptions) => list(terminal, options));
}

async function list(terminal: Terminal, { api, service, endpoint, window, json }: FeaturesOptions): Promise<void> {
  const query = { service, endpoint, window };
  const answer = await apiFrom(terminal.env, api).json<FeatureList>('GET', '/v1/features', { query });
  if (json) return terminal.out(JSON.stringify(answer, null, 2));
  const { features, samples, baseline } = answer;
  const rows = features.map(({ path, kind, share, profiled, in_baseline: isInBaseline }) => [
    path,
    kind ?? '',
    share === null ? '' : percent(share),
    profiled ? 'yes' : 'ignored',
    isInBaseline === null ? '' : isInBaseline ? 'yes' : 'no',
  ]);
  for (const line of renderTable(['feature', 'kind', 'present', 'profile', 'baseline'], rows)) terminal.out(line);
  const counts = `${count(features.length)} features, ${count(samples)} events in the window`;
  terminal.out(
    terminal.colors.dim(`${counts}, ${baseline === null ? 'no active baseline' : `baseline ${baseline.name}`}`),
  );
}
