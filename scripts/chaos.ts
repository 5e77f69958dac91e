import { migrate } from '../src/store/engine/migrate.ts';
import { openDatabase } from '../src/store/engine/open.ts';
import { createDatabase } from './bench/postgres.ts';
import { chaosChannels } from './chaos/channels.ts';
import { QUIET_LOG } from './chaos/parts.ts';
import { chaosReplicas } from './chaos/replicas.ts';
import { chaosUnrecorded } from './chaos/unrecorded.ts';

// What monitors and notifications promise when things go wrong. Usage: npm run chaos [-- replicas | unrecorded | channels]. Takes seven minutes; needs Postgres.

const CHAPTERS = { replicas: chaosReplicas, unrecorded: chaosUnrecorded, channels: chaosChannels } as const;

const wanted = process.argv.slice(2);
let isRight = true;
for (const [name, chapter] of Object.entries(CHAPTERS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const database = await createDatabase();
  if (database === undefined) throw new Error('chaos needs a Postgres server: set DATABASE_URL');
  const db = await openDatabase({ databaseUrl: database.url, dataDir: '', poolSize: 6, log: QUIET_LOG });
  try {
    await migrate(db, QUIET_LOG);
    const held = await chapter(db, database);
    console.log(held ? '' : '  !! not as promised\n');
    isRight &&= held;
  } finally {
    await db.close();
    await database.drop();
  }
}
process.exit(isRight ? 0 : 1);
