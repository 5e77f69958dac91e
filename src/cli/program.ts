import { Command } from 'commander';
import { VERSION } from '../config/version.ts';
import { addApplyCommand } from './commands/apply.ts';
import { addBaselineCommand } from './commands/baseline.ts';
import { addChannelsCommand } from './commands/channels.ts';
import { addCompareCommand } from './commands/compare.ts';
import { addDemoCommand } from './commands/demo.ts';
import { addIncidentsCommand } from './commands/incidents.ts';
import { addKeysCommand } from './commands/keys.ts';
import { addMigrateCommand } from './commands/migrate.ts';
import { addMonitorsCommand } from './commands/monitors.ts';
import { addRebuildCommand } from './commands/rebuild.ts';
import { addReplayCommand } from './commands/replay.ts';
import { addReportCommand } from './commands/report.ts';
import { addSentryCommand } from './commands/sentry.ts';
import { addServeCommand } from './commands/serve.ts';
import { addSimulateCommand } from './commands/simulate.ts';
import { exitCodeOf } from './exit-code.ts';
import type { Terminal } from './terminal.ts';

const HELP = `
Commands that act on a running service speak to PLUMBLINE_URL (http://127.0.0.1:8000) or --api, with PLUMBLINE_API_KEY.
plumbline <command> --help tells more, with examples. Start with: plumbline demo`;

function buildProgram(terminal: Terminal): Command {
  const program = new Command('plumbline')
    .description('tells when production stops matching what was tested')
    .version(VERSION)
    .exitOverride()
    .configureOutput({ writeOut: (text) => terminal.out(text.trimEnd()), writeErr: (text) => terminal.err(text) })
    .addHelpText('after', HELP);
  addServeCommand(program, terminal);
  addReplayCommand(program, terminal);
  addBaselineCommand(program, terminal);
  addReportCommand(program, terminal);
  addCompareCommand(program, terminal);
  addApplyCommand(program, terminal);
  addMonitorsCommand(program, terminal);
  addIncidentsCommand(program, terminal);
  addChannelsCommand(program, terminal);
  addSentryCommand(program, terminal);
  addKeysCommand(program, terminal);
  addMigrateCommand(program, terminal);
  addRebuildCommand(program, terminal);
  addSimulateCommand(program, terminal);
  addDemoCommand(program, terminal);
  return program;
}

/** Runs one command and gives its exit code: 0, 1 when it failed, 2 for wrong usage. An error is one line, a stack only for debug. */
export async function runCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  return exitCodeOf(terminal, async () => {
    await buildProgram(terminal).parseAsync(argv, { from: 'user' });
  });
}
