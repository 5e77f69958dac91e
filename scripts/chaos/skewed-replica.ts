import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '../../src/core/time/clock.ts';
import { applyMonitors } from '../../src/services/monitors/apply-monitors.ts';
import { openDatabase } from '../../src/store/engine/open.ts';
import { openMonitoring, QUIET_LOG } from './parts.ts';

// One replica on the clock of its process, which its parent has set wrong. It makes monitors of its own, and runs those of all.

const env = process.env as Record<string, string>;
const db = await openDatabase({ databaseUrl: env.DATABASE_URL ?? '', dataDir: '', poolSize: 4, log: QUIET_LOG });
const { context, scheduler } = openMonitoring(db, systemClock, [], 60_000);
const monitors: unknown[] = JSON.parse(env.CHAOS_MONITORS ?? '[]');
await applyMonitors(context, { monitors, prune: false, dryRun: false });
console.log(systemClock.now());

for (;;) {
  await scheduler.runDue();
  await delay(200);
}
