import { migrate } from '../src/store/engine/migrate.ts';
import { openDatabase } from '../src/store/engine/open.ts';
import { createDatabase } from './bench/postgres.ts';
import { chaosBodies } from './chaos/bodies.ts';
import { chaosCardinality, chaosCardinalityEmbedded } from './chaos/cardinality.ts';
import { chaosChannels } from './chaos/channels.ts';
import { chaosClocks } from './chaos/clocks.ts';
import { chaosFullDisk, chaosFullDiskEmbedded, chaosHalfOpen, chaosReadOnly, chaosStopped } from './chaos/faults.ts';
import { chaosKills, chaosKillsEmbedded } from './chaos/kills.ts';
import { chaosOverload } from './chaos/overload.ts';
import { QUIET_LOG } from './chaos/parts.ts';
import { chaosReplicas } from './chaos/replicas.ts';
import { chaosUnrecorded } from './chaos/unrecorded.ts';

// Tests the guarantees while processes, channels and databases fail. It takes half an hour and needs Postgres: a server that answers, and for the
// faults of databases its programs, from which it starts servers of its own. A full disk needs root, to mount a small one.
// Usage: npm run chaos [-- replicas | unrecorded | channels | half-open | stopped | read-only | full-disk | full-disk-embedded
//   | clocks | kills | kills-embedded | cardinality | cardinality-embedded | bodies | overload]. Clocks needs libfaketime; bodies and overload
//   need Linux and a machine that does nothing else.

const SCENARIOS = {
  replicas: chaosReplicas,
  unrecorded: chaosUnrecorded,
  channels: chaosChannels,
  'half-open': chaosHalfOpen,
  stopped: chaosStopped,
  'read-only': chaosReadOnly,
  'full-disk': chaosFullDisk,
  'full-disk-embedded': chaosFullDiskEmbedded,
  clocks: chaosClocks,
  kills: chaosKills,
  'kills-embedded': chaosKillsEmbedded,
  cardinality: chaosCardinality,
  'cardinality-embedded': chaosCardinalityEmbedded,
  bodies: chaosBodies,
  overload: chaosOverload,
} as const;

const wanted = process.argv.slice(2);
let areAllPassed = true;
for (const [name, runScenario] of Object.entries(SCENARIOS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const database = await createDatabase();
  if (database === undefined) throw new Error('npm run chaos needs a Postgres server: set DATABASE_URL');
  const db = await openDatabase({ databaseUrl: database.url, dataDir: '', poolSize: 6, log: QUIET_LOG });
  try {
    await migrate(db, QUIET_LOG);
    const isPassed = await runScenario(db, database);
    console.log(isPassed ? '' : '  !! failed\n');
    areAllPassed &&= isPassed;
  } finally {
    await db.close();
    await database.drop();
  }
}
process.exit(areAllPassed ? 0 : 1);
