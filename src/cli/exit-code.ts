import { CommanderError } from 'commander';
import { AppError } from '../core/errors.ts';
import { DatabaseUnavailable } from '../store/database.ts';
import { DirectoryInUse } from '../store/engine/directory-lock.ts';
import { WrongDatabase } from '../store/guard-table.ts';
import { type Ending, exitCodeFor } from './exit-codes.ts';
import { endingOfStatus, Failure, messageOf } from './failure.ts';
import type { Terminal } from './terminal.ts';

/** Runs a command, prints its error, and returns its exit code. `command` is the name, for a command with codes of its own. */
export async function exitCodeOf(terminal: Terminal, work: () => Promise<void>, command?: string): Promise<number> {
  try {
    await work();
    return exitCodeFor('success', command);
  } catch (error) {
    // Commander has printed the error. Help and version end here too, with exit code 0.
    if (error instanceof CommanderError) return exitCodeFor(error.exitCode === 0 ? 'success' : 'usage', command);
    const text = terminal.env.LOG_LEVEL === 'debug' && error instanceof Error ? error.stack : messageOf(error);
    terminal.err(`${terminal.colors.red('plumbline:')} ${text}\n`);
    return exitCodeFor(endingOf(error), command);
  }
}

/** How a command ends that throws this error. */
export function endingOf(error: unknown): Ending {
  if (error instanceof Failure) return error.ending;
  if (error instanceof DatabaseUnavailable) return 'unavailable';
  if (error instanceof AppError) return endingOfStatus(error.status);
  return error instanceof DirectoryInUse || error instanceof WrongDatabase ? 'usage' : 'failure';
}
