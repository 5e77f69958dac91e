import { expect, it } from 'vitest';
import { triageIncident } from '../../../src/services/incidents/triage-incident.ts';
import { openWatching } from '../monitors/watching.ts';
import { live, only, reasons, who } from './incident.ts';

it('resolving and reopening by hand are notified and logged', async () => {
  const watching = await openWatching();
  await watching.apply({ open_after: 1 });
  await live(watching, [300]);
  const { id } = await only(watching);
  const { context } = watching;
  await triageIncident(context, id, { action: 'resolve' }, who);
  await expect(triageIncident(context, id, { action: 'resolve' }, who)).rejects.toMatchObject({ code: 'conflict' });
  await triageIncident(context, id, { action: 'reopen' }, who);
  await triageIncident(context, id, { action: 'assign', to: 'ben' }, who);
  await watching.deliver();
  expect(reasons(watching)).toEqual(['opened', 'resolved', 'reopened']);
  expect(watching.channel.sent[1]).toMatchObject({
    window: { samples: 200 },
    reference: 'baseline payments of 2026-06-01',
    changes: ['It lasted 10 min.', 'Resolved by anna: no window has passed since it failed.'],
  });
  expect(await only(watching)).toMatchObject({ assignedTo: 'ben', incident: { state: 'firing' } });
  await expect(triageIncident(context, 999, { action: 'resolve' }, who)).rejects.toMatchObject({
    code: 'incident_not_found',
  });
});
