import { parseEnv } from 'node:util';
import { closestName } from '../core/format/did-you-mean.ts';
import { matchesGlob } from '../core/glob.ts';
import { configSchema } from './config.ts';

/** A variable as it stands in a file. */
export interface FileVariable {
  readonly name: string;
  readonly line: number;
}

/** What commands read beside the configuration of the service. */
const CLIENT_VARIABLES = ['PLUMBLINE_URL', 'PLUMBLINE_API_KEY'] as const;

/** The variables of a `.env` file, by line. */
export function readEnvFile(text: string): FileVariable[] {
  const variables = Object.keys(parseEnv(text)).map((name) => ({ name, line: lineOf(text, name) }));
  return variables.sort((a, b) => a.line - b.line);
}

function lineOf(text: string, name: string): number {
  const pattern = new RegExp(`^\\s*(?:export\\s+)?${name.replace(/[^\w]/g, '\\$&')}\\s*=`);
  return text.split('\n').findIndex((line) => pattern.test(line)) + 1;
}

export interface KnownVariables {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Names that other files of settings use. */
  readonly used: readonly string[];
}

/**
 * The variables of a `.env` file that nothing reads, a line each with the name that was probably meant. Those that belong to other programs
 * are in ENV_IGNORE.
 */
export function unknownVariables(variables: readonly FileVariable[], { env, used }: KnownVariables): string[] {
  const known = [...Object.keys(configSchema.shape), ...CLIENT_VARIABLES, ...used];
  const ignored = configSchema.shape.ENV_IGNORE.parse(env.ENV_IGNORE || undefined);
  return variables
    .filter(({ name }) => !known.includes(name) && !ignored.some((pattern) => matchesGlob(pattern, name)))
    .map(({ name, line }) => `.env line ${line}: unknown variable "${name}"${hintFor(name, known)}`);
}

function hintFor(name: string, known: readonly string[]): string {
  const meant = closestName(name, known);
  return meant === undefined ? '; if another program reads it, add it to ENV_IGNORE' : `; did you mean ${meant}?`;
}
