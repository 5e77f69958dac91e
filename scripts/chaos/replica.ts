import { setTimeout as delay } from 'node:timers/promises';
import type { Channel } from '../../src/services/notify/channel.ts';
import { webhookChannel } from '../../src/services/notify/channels/webhook.ts';
import { openDatabase } from '../../src/store/engine/open.ts';
import { openWatch, QUIET_LOG, scaledClock } from './parts.ts';

// One replica of the watch, with its clock from its parent. With CHAOS_DIE it kills itself between "sent" and "recorded".

const env = process.env as Record<string, string>;
const db = await openDatabase({ databaseUrl: env.DATABASE_URL ?? '', dataDir: '', poolSize: 6, log: QUIET_LOG });
const clock = scaledClock(Number(env.CHAOS_START), Number(env.CHAOS_BASE), Number(env.CHAOS_SPEED));
const limits = { allowHosts: ['127.0.0.1'], now: () => clock.now() };
const hook = webhookChannel({ name: 'hook', url: env.CHAOS_HOOK ?? '', secret: 'whsec_Y2hhb3M=', ...limits });
const dying: Channel = {
  ...hook,
  send: async (message) => {
    const outcome = await hook.send(message);
    if (outcome.kind === 'sent') process.kill(process.pid, 'SIGKILL');
    return outcome;
  },
};
const watch = openWatch(db, clock, [env.CHAOS_DIE === 'yes' ? dying : hook], Number(env.CHAOS_LEASE));

for (;;) {
  await watch.runDue();
  await watch.remind();
  await watch.deliver();
  await delay(100);
}
