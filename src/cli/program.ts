import { Command } from 'commander';
import { VERSION } from '../version.ts';
import { addApplyCommand } from './apply.ts';
import { addBaselineCommand } from './baseline.ts';
import { addChannelsCommand } from './channels.ts';
import { addCompareCommand } from './compare.ts';
import { addDemoCommand } from './demo.ts';
import { exitCodeOf } from './exit-code.ts';
import { addIncidentsCommand } from './incidents.ts';
import { addKeysCommand } from './keys.ts';
import { addMigrateCommand } from './migrate.ts';
import { addMonitorsCommand } from './monitors.ts';
import { addRebuildCommand } from './rebuild.ts';
import { addReplayCommand } from './replay.ts';
import { addReportCommand } from './report.ts';
import { addSentryCommand } from './sentry.ts';
import { addServeCommand } from './serve.ts';
import { addSimulateCommand } from './simulate.ts';
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
