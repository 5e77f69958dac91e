import { readFile } from 'node:fs/promises';
import { systemCode } from '../core/format/system-code.ts';
import { Failure, messageOf } from './failure.ts';

export function readFailure(path: string, error: unknown, exitCode = 1): Failure {
  return new Failure(readErrorOf(path, error), exitCode, { cause: error });
}

function readErrorOf(path: string, error: unknown): string {
  const code = systemCode(error);
  if (code === 'ENOENT') return `the file ${path} does not exist`;
  if (code === 'EISDIR') return `${path} is a directory`;
  return `${path} cannot be read: ${code ?? messageOf(error)}`;
}

export function writeFailure(path: string, error: unknown): Failure {
  const reason = systemCode(error) === 'EEXIST' ? 'the file exists' : (systemCode(error) ?? messageOf(error));
  return new Failure(`${path} cannot be written: ${reason}`, 1, { cause: error });
}

export function readTextFile(path: string, exitCode = 1): Promise<string> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw readFailure(path, error, exitCode);
  });
}
