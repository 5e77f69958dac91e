import { rm } from 'node:fs/promises';
import { inject } from 'vitest';
import { createClone, makeTemporaryDirectory, urlOf } from '../database.ts';

/** Where a service under test keeps its things: a directory, and on Postgres a database of its own, dropped after the run. */
export interface Isolated {
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
  readonly databaseUrl: string | undefined;
  remove(): Promise<void>;
}

export async function isolate(): Promise<Isolated> {
  const directory = await makeTemporaryDirectory();
  const { databaseUrl: server, template } = inject('testDatabase');
  const databaseUrl = server === undefined ? undefined : urlOf(server, await createClone(server, template));
  return {
    directory,
    databaseUrl,
    env: {
      HOST: '127.0.0.1',
      PORT: '0',
      DATA_DIR: `${directory}/data`,
      BASELINES_DIR: `${directory}/baselines`,
      ARTIFACTS_DIR: `${directory}/artifacts`,
      DATABASE_URL: databaseUrl ?? '',
      LOG_LEVEL: 'error',
    },
    remove: () => rm(directory, { recursive: true }),
  };
}
