import { existsSync } from 'node:fs';
import picocolors from 'picocolors';

export type Colors = ReturnType<typeof picocolors.createColors>;
export type Environment = Readonly<Record<string, string | undefined>>;

/** What a command sees of the process: tests hand it another one. */
export interface Terminal {
  readonly env: Environment;
  readonly colors: Colors;
  /** Whether stderr, where progress is drawn, is a terminal. */
  readonly isTty: boolean;
  /** One line to stdout: the answer. */
  out(line: string): void;
  /** Raw text to stderr: progress, notes and errors. */
  err(text: string): void;
}

/** The terminal of this process. Reads `.env` of the working directory first; what the environment already says wins. */
export function processTerminal(): Terminal {
  if (existsSync('.env')) process.loadEnvFile('.env');
  // Who reads has had enough (`| head`): nothing is left to say, and nothing went wrong.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  return {
    env: process.env,
    colors: picocolors.createColors(hasColors()),
    isTty: process.stderr.isTTY === true,
    out: (line) => void process.stdout.write(`${line}\n`),
    err: (text) => void process.stderr.write(text),
  };
}

/** Whether stdout takes colours. picocolors also says yes to any CI; there stdout is a pipe, and what reads it wants plain text. */
function hasColors(): boolean {
  return picocolors.isColorSupported && (process.stdout.isTTY === true || Boolean(process.env.FORCE_COLOR));
}
