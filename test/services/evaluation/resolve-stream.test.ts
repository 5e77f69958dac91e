import { describe, expect, it } from 'vitest';
import { evaluateWindow } from '../../../src/services/evaluation/evaluate-window.ts';
import { withDatabase } from '../../database.ts';
import { newStream, openIngest, send } from '../ingest/service.ts';
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

  it('service without endpoint is refused', async () => {
    const asked = evaluateWindow(await evaluationContext(database()), { service: 'payments' });
    await expect(asked).rejects.toMatchObject({ code: 'invalid_request' });
  });
});
