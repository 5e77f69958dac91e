import { runService } from './cli/commands/serve.ts';
import { exitCodeOf } from './cli/exit-code.ts';
import { processTerminal } from './cli/terminal.ts';

const terminal = processTerminal();
process.exit(await exitCodeOf(terminal, () => runService(terminal)));
