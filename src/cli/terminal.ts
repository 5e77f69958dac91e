import { existsSync, readFileSync } from 'node:fs';
import picocolors from 'picocolors';
import { type FileVariable, readEnvFile } from '../config/env-file.ts';
import { exitCodeFor } from './exit-codes.ts';

export type Colors = ReturnType<typeof picocolors.createColors>;
export type Environment = Readonly<Record<string, string | undefined>>;

/** The parts of the process that a command uses; tests replace it. */
export interface Terminal {
  readonly env: Environment;
  /** What stands in `.env`; it is in `env` too. */
  readonly envFile: readonly FileVariable[];
  readonly colors: Colors;
  /** Whether stderr is a terminal, so that progress bars can be drawn. */
  readonly isTty: boolean;
  /** Whether stdout is a terminal, so that a person reads the result as it comes. */
  readonly isOutTty: boolean;
  /** Writes one line of the result to stdout. */
  out(line: string): void;
  /** Writes text to stderr: progress, notes and errors. */
  err(text: string): void;
}

const ENV_FILE = '.env';

/** The terminal of this process. Loads `.env` from the working directory; variables that are already set are not changed. */
export function processTerminal(): Terminal {
  const hasEnvFile = existsSync(ENV_FILE);
  if (hasEnvFile) process.loadEnvFile(ENV_FILE);
  // The reader closed the pipe, as `head` does: this is not an error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) =>
    process.exit(exitCodeFor(error.code === 'EPIPE' ? 'success' : 'failure')),
  );
  return {
    env: process.env,
    envFile: hasEnvFile ? readEnvFile(readFileSync(ENV_FILE, 'utf8')) : [],
    colors: picocolors.createColors(hasColors()),
    isTty: process.stderr.isTTY === true,
    isOutTty: process.stdout.isTTY === true,
    out: (line) => void process.stdout.write(`${line}\n`),
    err: (text) => void process.stderr.write(text),
  };
}

/** Whether stdout shows colors. picocolors also uses colors in CI, where stdout is a pipe and plain text is better. */
function hasColors(): boolean {
  return picocolors.isColorSupported && (process.stdout.isTTY === true || Boolean(process.env.FORCE_COLOR));
}
