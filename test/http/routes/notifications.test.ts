import { expect, it } from 'vitest';
import { call, withIncident } from './drifting.ts';

it('the outbox is listed and dead letters are sent again', async () => {
  const { service } = await withIncident();
  await service.monitoring.delivery.wake();
  await service.monitoring.delivery.idle();
  const sent = await call(service, 'GET', '/v1/notifications?status=sent&channel=log');
  expect(sent.body.notifications).toMatchObject([{ status: 'sent', attempts: 1, message_id: expect.any(String) }]);
  expect((await call(service, 'POST', '/v1/notifications/replay', { channel: 'log' })).body).toEqual({ replayed: 0 });
});
