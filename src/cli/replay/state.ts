import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
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

/** The progress of a replay: the service has accepted or refused every line up to `lastLine`. */
export type ReplayState = z.output<typeof stateSchema>;

export async function findState(path: string): Promise<ReplayState | undefined> {
  try {
    return stateSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw new Failure(
      `${path} is not a valid state of a replay; delete it, or use --state to choose another file`,
      'usage',
      {
        cause: error,
      },
    );
  }
}

/** Writes a new file and renames it, so that a crash leaves the old or the new state. */
export async function saveState(path: string, state: ReplayState): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(`${path}.new`, `${JSON.stringify(state)}\n`);
    await rename(`${path}.new`, path);
  } catch (error) {
    const reason = systemCode(error) ?? messageOf(error);
    throw new Failure(
      `the state of the replay cannot be written to ${path} (${reason}); use --state to choose another file`,
      'usage',
      {
        cause: error,
      },
    );
  }
}

export async function removeState(path: string): Promise<void> {
  await rm(path, { force: true });
}

/** Batches are answered in any order; lines are complete only up to the first gap. */
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
