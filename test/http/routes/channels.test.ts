import { expect, it } from 'vitest';
import { call, open } from './drifting.ts';

it('a sample can be sent, and an unknown channel is refused with those that are there', async () => {
  const service = await open();
  expect((await call(service, 'GET', '/v1/channels')).body).toEqual({
    channels: [{ name: 'log', type: 'log', dry_run: false }],
  });
  expect((await call(service, 'POST', '/v1/channels/log/test')).body).toMatchObject({ sent: true, dry_run: true });
  expect(service.logged.some((line) => line.includes('Test: Drift on payments_api'))).toBe(true);
  const unknown = await call(service, 'POST', '/v1/channels/pager/test');
  expect(unknown.body).toMatchObject({ code: 'channel_not_found', detail: expect.stringContaining('log') });
});
