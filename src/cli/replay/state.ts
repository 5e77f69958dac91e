import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { systemCode } from '../../core/format/system-code.ts';
import { Failure, messageOf } from '../failure.ts';

const stateSchema = z.object({
  version: z.literal(1),
  identity: z.string(),
  api: z.string(),
  shiftMs: z.number().int(),
  lastLine: z.number().int().min(0),
});

/** How far a replay has come: every line up to `lastLine` was taken or refused by the service, and its answer seen. */
export type ReplayState = z.output<typeof stateSchema>;

export async function findState(path: string): Promise<ReplayState | undefined> {
  try {
    return stateSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw new Failure(`${path} cannot be read as the state of a replay; delete it or pass --state`, 1, {
      cause: error,
    });
  }
}

/** Written beside and renamed over, so that a kill leaves the old state or the new one. */
export async function saveState(path: string, state: ReplayState): Promise<void> {
  try {
    await writeFile(`${path}.new`, `${JSON.stringify(state)}\n`);
    await rename(`${path}.new`, path);
  } catch (error) {
    const reason = systemCode(error) ?? messageOf(error);
    throw new Failure(`the state of the replay cannot be written to ${path} (${reason}); pass --state PATH`, 1, {
      cause: error,
    });
  }
}

export async function removeState(path: string): Promise<void> {
  await rm(path, { force: true });
}

/** Batches are answered out of order; only lines before the first gap are done. */
export class AcknowledgedLines {
  #lastLine: number;
  readonly #later = new Map<number, number>();

  constructor(lastLine: number) {
    this.#lastLine = lastLine;
  }

  get lastLine(): number {
    return this.#lastLine;
  }

  add({ firstLine, lastLine }: { readonly firstLine: number; readonly lastLine: number }): void {
    this.#later.set(firstLine, lastLine);
    for (
      let next = this.#later.get(this.#lastLine + 1);
      next !== undefined;
      next = this.#later.get(this.#lastLine + 1)
    ) {
      this.#later.delete(this.#lastLine + 1);
      this.#lastLine = next;
    }
  }
}
