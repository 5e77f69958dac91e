import { describe, expect, it } from 'vitest';
import { withDatabase } from '../../database.ts';
import { newStream, openIngest, refusal, send, storedOf } from './service.ts';

const database = withDatabase();

describe('sending again', () => {
  it('with the same key and body returns the first answer and stores nothing', async () => {
    const event = newStream();
    const [ingest, key] = [openIngest(database()), `key ${event().endpoint}`];
    const first = await send(ingest, [event(), 7], { key });
    const again = await send(openIngest(database()), [event(), 7], { key });
    expect(again).toEqual({ answer: first.answer, isReplay: true });
    expect((await storedOf(database(), event())).events).toHaveLength(1);
  });

  it('with the same key and another body is refused', async () => {
    const event = newStream();
    const [ingest, key] = [openIngest(database()), `key ${event().endpoint}`];
    await send(ingest, [event()], { key });
    expect((await refusal(send(ingest, [event(), event()], { key }))).code).toBe('idempotency_mismatch');
  });

  it('while the first request is still running is refused', async () => {
    const event = newStream();
    const [ingest, key] = [openIngest(database()), `key ${event().endpoint}`];
    const first = send(ingest, [event()], { key });
    expect(await refusal(send(ingest, [event()], { key }))).toMatchObject({
      code: 'idempotency_in_flight',
      retryAfterSeconds: 1,
    });
    await first;
  });

  it('an event with the same id is stored once, within a batch, across batches, and across processes', async () => {
    const event = newStream();
    const ingest = openIngest(database());
    const twice = await send(ingest, [event({ id: 'a' }), event({ id: 'a' }), event({ id: 'b' }), event()]);
    expect(twice.answer).toMatchObject({ accepted: 3, duplicates: 1 });
    const both = await Promise.all(
      [openIngest(database()), ingest].map((i) => send(i, [event({ id: 'b' }), event({ id: 'c' })])),
    );
    expect(both.map((b) => b.answer.accepted + b.answer.duplicates)).toEqual([2, 2]);
    const { events, profile } = await storedOf(database(), event());
    expect(events.map((e) => (e as { id?: string }).id).sort()).toEqual(['a', 'b', 'c', undefined]);
    expect(profile.events).toBe(4);
  });

  it('a replayed answer has the same count of duplicates as the first', async () => {
    const event = newStream();
    const [ingest, key] = [openIngest(database()), `key ${event().endpoint}`];
    await send(ingest, [event({ id: 'x' })]);
    const first = await send(ingest, [event({ id: 'x' }), event({ id: 'y' })], { key });
    expect(first.answer).toMatchObject({ accepted: 1, duplicates: 1 });
    expect((await send(ingest, [event({ id: 'x' }), event({ id: 'y' })], { key })).answer).toEqual(first.answer);
  });
});
