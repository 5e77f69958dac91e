import { CommanderError } from 'commander';
import { Failure, messageOf } from './failure.ts';
import type { Terminal } from './terminal.ts';

/** Runs a command, prints its error, and returns its exit code. */
export async function exitCodeOf(terminal: Terminal, work: () => Promise<void>): Promise<number> {
  try {
    await work();
    return 0;
  } catch (error) {
    // Commander has printed the error. Help and version end here too, with exit code 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const text = terminal.env.LOG_LEVEL === 'debug' && error instanceof Error ? error.stack : messageOf(error);
    terminal.err(`${terminal.colors.red('plumbline:')} ${text}\n`);
    return error instanceof Failure ? error.exitCode : 1;
  }
}
