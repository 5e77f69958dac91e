import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeSchema } from '../src/store/engine/describe-schema.ts';
import { migrate } from '../src/store/engine/migrate.ts';
import { openDatabase } from '../src/store/engine/open.ts';

const log = { info: () => {}, warn: console.warn, error: console.error };
const dataDir = await mkdtemp(join(tmpdir(), 'plumbline-schema-'));
const database = await openDatabase({ dataDir, log });
try {
  await migrate(database, log);
  await writeFile(new URL('../migrations/schema.sql', import.meta.url), await describeSchema(database));
} finally {
  await database.close();
  await rm(dataDir, { recursive: true });
}
