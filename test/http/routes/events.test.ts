import { describe, expect, it } from 'vitest';
import { NOW } from '../service.ts';
import { newStream, withStreams } from './streams.ts';

const { open, openStream } = withStreams();

describe('GET /v1/events', () => {
  it('gives the events as they were sent, page by page', async () => {
    const { app, stream, events } = await openStream();
    const found: object[] = [];
    let cursor: string | null | undefined;
    while (cursor !== null) {
      const query = { ...stream, limit: '150', ...(cursor !== undefined && { cursor }) };
      const page = (await app.inject({ url: '/v1/events', query })).json<{ events: object[]; next: string | null }>();
      found.push(...page.events);
      cursor = page.next;
    }
    expect(found).toEqual(events);
  });

  it('keeps numbers, order of keys and escapes to the letter', async () => {
    const { app } = open();
    const { service, endpoint } = newStream();
    const ts = new Date(NOW).toISOString();
    const sent = `{"z":1.0,"ts":"${ts}","service":"${service}","endpoint":"${endpoint}","big":12345678901234567890,"e":1e2,"t":"\\u00e9"}`;
    const headers = { 'content-type': 'application/json' };
    await app.inject({ method: 'POST', url: '/v1/ingest', headers, payload: `[${sent}]` });
    const answer = await app.inject({ url: '/v1/events', query: { service, endpoint } });
    expect(answer.body).toBe(`{"events":[${sent}],"next":null}`);
  });

  it('comes as NDJSON, with the next page as a link', async () => {
    const { app, stream, events } = await openStream();
    const headers = { accept: 'application/x-ndjson' };
    const answer = await app.inject({ url: '/v1/events', query: { ...stream, limit: '3' }, headers });
    expect(answer.headers['content-type']).toMatch(/^application\/x-ndjson/);
    expect(answer.body.endsWith('}\n')).toBe(true);
    expect(
      answer.body
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(events.slice(0, 3));
    const [, url = ''] = /^<(.+)>; rel="next"$/.exec(String(answer.headers.link)) ?? [];
    const second = await app.inject({ url, headers });
    expect(JSON.parse(second.body.split('\n')[0] ?? '')).toEqual(events[3]);
  });

  it('keeps to its window, and to types that it has', async () => {
    const { app, stream, events } = await openStream();
    const from = (events[100] as { ts: string }).ts;
    const to = (events[110] as { ts: string }).ts;
    const page = await app.inject({ url: '/v1/events', query: { ...stream, from, to } });
    expect(page.json()).toEqual({ events: events.slice(100, 110), next: null });
    const csv = await app.inject({ url: '/v1/events', query: { ...stream }, headers: { accept: 'text/csv' } });
    expect([csv.statusCode, csv.json().code]).toEqual([406, 'not_acceptable']);
  });
});
