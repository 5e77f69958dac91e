import { describe, expect, it } from 'vitest';
import { MINUTE_MS } from '../../../src/core/time/window.ts';
import { NOW } from '../service.ts';
import { build, withStreams } from './streams.ts';

const { openStream } = withStreams();

describe('POST /v1/rebuild', () => {
  it('recreates profiles, and the report stays as it was', async () => {
    const { app, stream } = await openStream();
    await build(app, stream);
    const report = async () => (await app.inject({ url: '/reports/latest', query: { ...stream } })).json();
    const before = await report();
    const body = { ...stream, from: new Date(NOW - 60 * MINUTE_MS).toISOString(), to: new Date(NOW).toISOString() };
    const answer = await app.inject({ method: 'POST', url: '/v1/rebuild', payload: body });
    expect(answer.json()).toEqual({ minutes: 11, events: 400 });
    expect(await report()).toEqual(before);
  });
});
