import { setTimeout as delay } from 'node:timers/promises';
import { notifyDueIncidents } from '../../src/services/incidents/notify-due-incidents.ts';
import type { Channel } from '../../src/services/notify/channel.ts';
import { webhookChannel } from '../../src/services/notify/channels/webhook.ts';
import { openDatabase } from '../../src/store/engine/open.ts';
import { openMonitoring, QUIET_LOG, scaledClock } from './parts.ts';

// One replica, with its clock from its parent. With CHAOS_DIE it kills itself between "sent" and "recorded".

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
const { context, scheduler, delivery } = openMonitoring(
  db,
  clock,
  [env.CHAOS_DIE === 'yes' ? dying : hook],
  Number(env.CHAOS_LEASE),
);

for (;;) {
  await scheduler.runDue();
  await notifyDueIncidents(context);
  await delivery.wake();
  await delay(100);
}
