import { exitCodeOf } from './cli/exit-code.ts';
import { runService } from './cli/serve.ts';
import { processTerminal } from './cli/terminal.ts';

const terminal = processTerminal();
process.exit(await exitCodeOf(terminal, () => runService(terminal)));
