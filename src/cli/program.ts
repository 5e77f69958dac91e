import { Command } from 'commander';
import { VERSION } from '../config/version.ts';
import { addApplyCommand } from './commands/apply.ts';
import { addBaselineCommand } from './commands/baseline.ts';
import { addChannelsCommand } from './commands/channels.ts';
import { addCompareCommand } from './commands/compare.ts';
import { addCompletionCommand } from './commands/completion.ts';
import { addDemoCommand } from './commands/demo.ts';
import { addEventsCommand } from './commands/events.ts';
import { addFeaturesCommand } from './commands/features.ts';
import { addImportCommand } from './commands/import.ts';
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
import { addStatusCommand } from './commands/status.ts';
import { addStreamsCommand } from './commands/streams.ts';
import { exitCodeOf } from './exit-code.ts';
import { EXIT_CODES_HELP } from './exit-codes.ts';
import { usageFailure } from './failure.ts';
import type { Terminal } from './terminal.ts';
import { describeUnknown } from './unknown-variables.ts';

const HELP = `
Commands that need a running service use --api or PLUMBLINE_URL (default: http://127.0.0.1:8000), with the key in PLUMBLINE_API_KEY.
${EXIT_CODES_HELP}

Run plumbline <command> --help for options and examples. To see how it works, run plumbline demo`;

function buildProgram(terminal: Terminal): Command {
  const program = new Command('plumbline')
    .description('Detects when production stops matching what you tested')
    .version(VERSION)
    .exitOverride()
    .configureOutput({ writeOut: (text) => terminal.out(text.trimEnd()), writeErr: (text) => terminal.err(text) })
    .addHelpText('after', HELP)
    .hook('preAction', () => refuseUnknownOwn(terminal));
  for (const [heading, commands] of Object.entries(COMMAND_GROUPS)) {
    program.commandsGroup(heading);
    for (const addCommand of commands) addCommand(program, terminal);
  }
  return program;
}

/** The commands, in the order of the help. */
const COMMAND_GROUPS = {
  'Start:': [addDemoCommand, addServeCommand, addStatusCommand, addSimulateCommand],
  'Drift:': [addCompareCommand, addBaselineCommand, addReportCommand, addSentryCommand],
  'Monitoring:': [addApplyCommand, addMonitorsCommand, addIncidentsCommand, addChannelsCommand],
  'Data:': [
    addStreamsCommand,
    addFeaturesCommand,
    addEventsCommand,
    addReplayCommand,
    addImportCommand,
    addRebuildCommand,
  ],
  'Administration:': [addKeysCommand, addMigrateCommand, addCompletionCommand],
} as const;

/** A `.env` may be that of another program, where a command needs no configuration. Names that can only be ours are refused all the same. */
function refuseUnknownOwn(terminal: Terminal): void {
  const lines = describeUnknown(terminal, 'PLUMBLINE_');
  if (lines.length > 0) throw usageFailure(lines.join('\n'));
}

/** Runs one command and returns its exit code. An error is one line; LOG_LEVEL=debug adds the stack. */
export async function runCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const run = async () => void (await buildProgram(terminal).parseAsync(argv, { from: 'user' }));
  return exitCodeOf(terminal, run, argv[0]);
}
