import { existsSync } from 'node:fs';
import picocolors from 'picocolors';
import { exitCodeFor } from './exit-codes.ts';

export type Colors = ReturnType<typeof picocolors.createColors>;
export type Environment = Readonly<Record<string, string | undefined>>;

/** The parts of the process that a command uses; tests replace it. */
export interface Terminal {
  readonly env: Environment;
  readonly colors: Colors;
  /** Whether stderr is a terminal, so that progress bars can be drawn. */
  readonly isTty: boolean;
  /** Writes one line of the result to stdout. */
  out(line: string): void;
  /** Writes text to stderr: progress, notes and errors. */
  err(text: string): void;
}

/** The terminal of this process. Loads `.env` from the working directory; variables that are already set are not changed. */
export function processTerminal(): Terminal {
  if (existsSync('.env')) process.loadEnvFile('.env');
  // The reader closed the pipe, as `head` does: this is not an error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) =>
    process.exit(exitCodeFor(error.code === 'EPIPE' ? 'success' : 'failure')),
  );
  return {
    env: process.env,
    colors: picocolors.createColors(hasColors()),
    isTty: process.stderr.isTTY === true,
    out: (line) => void process.stdout.write(`${line}\n`),
    err: (text) => void process.stderr.write(text),
  };
}

/** Whether stdout shows colors. picocolors also uses colors in CI, where stdout is a pipe and plain text is better. */
function hasColors(): boolean {
  return picocolors.isColorSupported && (process.stdout.isTTY === true || Boolean(process.env.FORCE_COLOR));
}
