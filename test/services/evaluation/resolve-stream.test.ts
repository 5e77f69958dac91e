import { describe, expect, it } from 'vitest';
import { SIGNAL_STREAM } from '../../../src/core/stream-name.ts';
import { MINUTE_MS } from '../../../src/core/time/window.ts';
import { buildBaseline } from '../../../src/services/baselines/build-baseline.ts';
import { evaluateWindow } from '../../../src/services/evaluation/evaluate-window.ts';
import { emptiedDatabase, withDatabase } from '../../database.ts';
import { NOW_MS, newStream, openIngest, send } from '../ingest/service.ts';
import { evaluationContext } from './context.ts';
import { openPayments } from './payments.ts';

const database = withDatabase();

describe('which stream', () => {
  it('without a baseline: the command that makes one', async () => {
    const event = newStream();
    await send(openIngest(database()), [event()]);
    const names = { service: String(event().service), endpoint: String(event().endpoint) };
    const asked = evaluateWindow(await evaluationContext(database()), names);
    await expect(asked).rejects.toMatchObject({
      code: 'baseline_not_found',
      message: expect.stringContaining('plumbline baseline build'),
    });
  });

  it('several with a baseline: all are named', async () => {
    const [a, b] = [await openPayments(database(), 30), await openPayments(database(), 31)];
    const asked = evaluateWindow(a.context, {});
    await expect(asked).rejects.toMatchObject({
      code: 'ambiguous_stream',
      message: expect.stringContaining(b.names.endpoint),
    });
  });

  it('of several, DEFAULT_STREAM is meant where none is named, also with spaces in both names', async () => {
    const [a, b] = [await openPayments(database(), 32), await openPayments(database(), 33)];
    const asking = (stream: string) => ({ ...a.context, config: { ...a.context.config, DEFAULT_STREAM: stream } });
    const own = asking(`${a.names.service} ${a.names.endpoint}`);
    expect((await evaluateWindow(own, {})).stream).toEqual(a.names);
    expect((await evaluateWindow(own, b.names)).stream).toEqual(b.names);
    expect((await evaluateWindow(own, { baseline: b.baseline.name })).stream).toEqual(b.names);
    const spaced = newStream()({ service: 'my shop of things', endpoint: 'POST /v2 /pay' });
    await send(openIngest(database()), [spaced]);
    await expect(evaluateWindow(asking('my shop of things POST /v2 /pay'), {})).rejects.toMatchObject({
      code: 'baseline_not_found',
      message: expect.stringContaining('--service "my shop of things" --endpoint "POST /v2 /pay"'),
    });
    await expect(evaluateWindow(asking('nobody GET /'), {})).rejects.toMatchObject({
      code: 'stream_not_found',
      message: expect.stringContaining('DEFAULT_STREAM "nobody GET /"'),
    });
  });

  it('a baseline of the signals that Plumbline fetches is none of a sender’s', async () => {
    const { context, names } = await openPayments(await emptiedDatabase(), 34);
    const signal = { ...SIGNAL_STREAM, ts: NOW_MS - MINUTE_MS, coherenceScore: 85 };
    await send(openIngest(context.db), [signal]);
    await buildBaseline(context, SIGNAL_STREAM);
    expect((await evaluateWindow(context, {})).stream).toEqual(names);
    expect((await evaluateWindow(context, SIGNAL_STREAM)).stream).toEqual(SIGNAL_STREAM);
  });

  it('service without endpoint is refused', async () => {
    const asked = evaluateWindow(await evaluationContext(database()), { service: 'payments' });
    await expect(asked).rejects.toMatchObject({ code: 'invalid_request' });
  });
});
