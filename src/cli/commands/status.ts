import type { Command } from 'commander';
import { apiFrom } from '../api.ts';
import { type ApiOption, addApiCommand } from '../options.ts';
import type { Terminal } from '../terminal.ts';

const HELP = `
Exits with code 3 if nothing answers, or if the service cannot serve now; the reason is on standard error.`;

export function addStatusCommand(program: Command, terminal: Terminal): void {
  addApiCommand(program, 'status', 'Show whether the service can serve')
    .addHelpText('after', HELP)
    .action(async ({ api: url }: ApiOption) => {
      const api = apiFrom(terminal.env, url);
      await api.json('GET', '/readyz');
      const { version } = await api.json<{ version: string }>('GET', '/health');
      terminal.out(`${api.url} is ready, version ${version}`);
    });
}
