import { readFile, stat } from 'node:fs/promises';
import { AppError } from '../../core/errors.ts';
import { systemCode } from '../../core/format/system-code.ts';
import { MAX_ANSWER_BYTES } from './request-page.ts';
import { readSignalPage, type SignalPage } from './signal-page.ts';

/** Reads the records of MOCK_PATH: an answer of the upstream, or a list of records. */
export async function readMockFile(path: string): Promise<SignalPage> {
  const page = readSignalPage(await readWhole(path));
  if (page !== undefined) return page;
  throw mockFailure('must be JSON: {"data": [...]} or a list of records');
}

async function readWhole(path: string): Promise<string> {
  try {
    if ((await stat(path)).size <= MAX_ANSWER_BYTES) return await readFile(path, 'utf8');
  } catch (error) {
    throw mockFailure(`cannot be read (${systemCode(error) ?? 'unknown'})`);
  }
  throw mockFailure('is larger than 16 MiB');
}

function mockFailure(reason: string): AppError {
  return new AppError('upstream_unavailable', `The file of signals at MOCK_PATH ${reason}.`);
}
