/** A client of the generated types: sends an event, and reads it again. `tsx send-event.ts URL` */
import assert from 'node:assert/strict';
import createClient from 'openapi-fetch';
import type { components, paths } from './generated/schema.d.ts';

type Event = components['schemas']['Event'];

const client = createClient<paths>({ baseUrl: process.argv[2] ?? 'http://127.0.0.1:8000' });
const stream = { service: 'shop', endpoint: 'GET /cart' };

const event: Event = {
  ts: Date.now(),
  ...stream,
  request: { country: 'FR', items: 3, tags: ['new'] },
  response: { status: 200, duration_ms: 87.5 },
  experiment: 'b',
};
// @ts-expect-error The types know that an event names its stream.
const nameless: Event = { ts: Date.now(), service: 'shop' };

const { data: answer, error } = await client.POST('/v1/ingest', {
  params: { header: { 'Idempotency-Key': `client-${event.ts}` } },
  body: [event, nameless],
});
assert.equal(error, undefined);
assert.deepEqual([answer?.accepted, answer?.rejected, answer?.errors[0]?.code], [1, 1, 'invalid_endpoint']);

const { data: page } = await client.GET('/v1/events', { params: { query: { ...stream, limit: 10 } } });
// Asked for otherwise, events come as lines of text.
assert(typeof page === 'object');
assert.deepEqual(page.events, [event]);

const { data: baselines } = await client.GET('/v1/baselines', { params: { query: { active: true } } });
assert.deepEqual(baselines?.baselines, []);

const { error: problem } = await client.GET('/reports/latest', { params: { query: stream } });
assert.equal(problem?.code, 'baseline_not_found');
console.log(`sent 1 event, read ${page.events.length}: ${JSON.stringify(page.events[0])}`);
