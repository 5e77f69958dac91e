import { expect, it } from 'vitest';
import { withIncident } from './drifting.ts';

it('metrics count slots, decisions, tries and what is open', async () => {
  const { service } = await withIncident();
  await service.monitoring.delivery.wake();
  await service.monitoring.delivery.idle();
  const page = (await service.app.inject({ url: '/metrics', headers: { host: 'localhost' } })).body;
  expect(page).toContain('plumbline_tell_decisions_total{tell="true",reason="opened"} 1');
  expect(page).toContain('plumbline_notification_tries_total{channel="log",outcome="sent"} 1');
  expect(page).toContain('plumbline_incidents_open{severity="critical",state="firing"} 1');
});
