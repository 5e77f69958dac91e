import { describe, expect, it } from 'vitest';
import { MINUTE_MS } from '../../../src/core/time/window.ts';
import { buildBaseline, subtract } from '../../../src/services/baselines/build-baseline.ts';
import { withDatabase } from '../../database.ts';
import { evaluationContext } from '../evaluation/context.ts';
import { openPayments, QUIET } from '../evaluation/payments.ts';
import { NOW_MS, newStream, openIngest, send } from '../ingest/service.ts';

const database = withDatabase();

describe('a baseline', () => {
  it('of few events, or of a window that breaks its own SLO, is made with a warning', async () => {
    const event = newStream();
    const names = { service: String(event().service), endpoint: String(event().endpoint) };
    await send(openIngest(database()), [event({}, { status: 500, duration_ms: 9000 }), event()]);
    const { warnings } = await buildBaseline(await evaluationContext(database()), names);
    expect(warnings).toHaveLength(3);
    expect(warnings.join()).toMatch(/only 2 events.*success_rate.*latency_p95/);
  });

  it('leaves out what it is asked to', async () => {
    const { names, context } = await openPayments(database(), 24);
    const interval = { startMs: QUIET.fromMs, endMs: QUIET.toMs };
    const exclude = [{ startMs: QUIET.fromMs + 10 * MINUTE_MS, endMs: QUIET.fromMs + 20 * MINUTE_MS }];
    const { samples } = await buildBaseline(context, { ...names, interval, exclude, name: `without-${NOW_MS}` });
    // The whole minutes at both ends go too: 11 of 60.
    expect(samples).toBe(600 - 110);
  });

  it.each([
    ['no events', { windowMs: MINUTE_MS }, 'no_events'],
    ['too few events', { interval: { startMs: QUIET.fromMs, endMs: QUIET.toMs }, minSamples: 601 }, 'too_few_events'],
    ['a name that is a path', { name: '../../etc/passwd' }, 'invalid_baseline'],
  ])('is refused: %s', async (_, query, code) => {
    const { names, context } = await openPayments(database(), 25);
    await expect(buildBaseline(context, { ...names, ...query })).rejects.toMatchObject({ code });
  });

  it('a taken name is refused, and so is a stream that never was', async () => {
    const { names, context, baseline } = await openPayments(database(), 26);
    const interval = { startMs: QUIET.fromMs, endMs: QUIET.toMs };
    await expect(buildBaseline(context, { ...names, interval, name: baseline.name })).rejects.toMatchObject({
      code: 'conflict',
    });
    const nobody = { service: 'nobody', endpoint: 'nothing' };
    await expect(buildBaseline(context, nobody)).rejects.toMatchObject({ code: 'stream_not_found' });
  });
});

it('subtract leaves the pieces between', () => {
  const whole = { startMs: 0, endMs: 10 };
  expect(subtract(whole, [])).toEqual([whole]);
  expect(
    subtract(whole, [
      { startMs: 3, endMs: 5 },
      { startMs: 4, endMs: 6 },
    ]),
  ).toEqual([
    { startMs: 0, endMs: 3 },
    { startMs: 6, endMs: 10 },
  ]);
  expect(subtract(whole, [{ startMs: -5, endMs: 20 }])).toEqual([]);
});
