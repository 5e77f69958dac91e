import { readFile } from 'node:fs/promises';
import { systemCode } from '../core/format/system-code.ts';
import { type Failure, messageOf, usageFailure } from './failure.ts';

export function readFailure(path: string, error: unknown): Failure {
  return usageFailure(readErrorOf(path, error), { cause: error });
}

function readErrorOf(path: string, error: unknown): string {
  const code = systemCode(error);
  if (code === 'ENOENT') return `the file ${path} does not exist`;
  if (code === 'EISDIR') return `${path} is a directory`;
  return `${path} cannot be read: ${code ?? messageOf(error)}`;
}

export function writeFailure(path: string, error: unknown): Failure {
  const reason = systemCode(error) === 'EEXIST' ? 'the file exists' : (systemCode(error) ?? messageOf(error));
  return usageFailure(`${path} cannot be written: ${reason}`, { cause: error });
}

export function readTextFile(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw readFailure(path, error);
  });
}
