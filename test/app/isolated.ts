import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { inject } from 'vitest';
import { makeTemporaryDirectory, runOnServer, urlOf } from '../database.ts';

/** Where a service under test keeps its things: a directory, and a database of its own when the tests run on Postgres. */
export interface Isolated {
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
  readonly databaseUrl: string | undefined;
  remove(): Promise<void>;
}

export async function isolate(): Promise<Isolated> {
  const directory = await makeTemporaryDirectory();
  const { databaseUrl: server, template } = inject('testDatabase');
  const name = `plumbline_test_${randomUUID().replaceAll('-', '')}`;
  if (server !== undefined) await runOnServer(server, `create database ${name} template ${template}`);
  const databaseUrl = server === undefined ? undefined : urlOf(server, name);
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
    remove: async () => {
      if (server !== undefined) await runOnServer(server, `drop database ${name} with (force)`);
      await rm(directory, { recursive: true });
    },
  };
}
