import picocolors from 'picocolors';
import type { Environment, Terminal } from '../../src/cli/terminal.ts';

export interface FakeTerminal extends Terminal {
  readonly lines: string[];
  readonly errors: () => string;
}

/** A terminal without colors that records its output. */
export function fakeTerminal(env: Environment = {}, isTty = false): FakeTerminal {
  const lines: string[] = [];
  let errors = '';
  return {
    env,
    envFile: [],
    isTty,
    isOutTty: isTty,
    colors: picocolors.createColors(false),
    lines,
    errors: () => errors,
    out: (line) => void lines.push(line),
    err: (text) => {
      errors += text;
    },
  };
}
