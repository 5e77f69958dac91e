import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { build, withStreams } from './routes/streams.ts';

const { open, openStream } = withStreams();

describe('anything that a client may send', () => {
  const TEXTS = [
    "'; drop table streams; --",
    '%00',
    '%ff',
    '%ED%A0%80',
    '../../etc',
    '__proto__',
    'constructor',
    '[object Object]',
    '🦀',
    '1e999',
    '-0',
  ];
  const CURSORS = ['x', '9007199254740991', '9007199254740991.1', '1.9007199254740991', '-1.1', '1.1.1', 'NaN.NaN'];
  const FIELDS = [
    'service',
    'endpoint',
    'baseline',
    'policy',
    'window_minutes',
    'start',
    'end',
    'from',
    'to',
    'limit',
    'cursor',
    'stream',
    'active',
  ];
  const PATHS = [
    '/reports/latest',
    '/v1/reports',
    '/v1/streams',
    '/v1/events',
    '/v1/baselines',
    '/v1/keys',
    '/metrics',
    '/health',
  ];

  const urls = [
    ...PATHS.flatMap((path) => FIELDS.flatMap((field) => TEXTS.map((text) => `${path}?${field}=${text}`))),
    ...[
      '/v1/reports?stream=1&',
      '/v1/streams?',
      '/v1/events?service=s&endpoint=e&',
      '/v1/baselines?',
      '/v1/monitors?',
    ].flatMap((path) => CURSORS.map((cursor) => `${path}cursor=${Buffer.from(cursor).toString('base64url')}`)),
    ...TEXTS.flatMap((text) => [`/v1/baselines/${text}`, `/v1/baselines/${text}/download`, `/v1/keys/${text}`]),
    '/reports/latest?service[]=a&service[$ne]=b',
    `/reports/latest?${'a=1&'.repeat(2_000)}`,
    '/v1/events?service=s&endpoint=e&from=9999-12-31T23:59:59.999Z&to=9999-12-31T23:59:60Z',
    '/reports/latest?service=s&endpoint=e&start=1970-01-01T00:00:00Z&end=9999-12-31T23:59:59Z',
  ];

  it('in a URL is answered below 500', async () => {
    const { app, stream } = await openStream();
    await build(app, stream);
    for (const url of urls) {
      const real = url.replace('service=s&endpoint=e', String(new URLSearchParams({ ...stream })));
      const { statusCode, body } = await app.inject(real);
      expect(statusCode, `${real} → ${body}`).toBeLessThan(500);
    }
  });

  const VALUES: unknown[] = [
    null,
    true,
    0,
    -1,
    1e308,
    '',
    ' ',
    'x\0y',
    '\ud800',
    'x'.repeat(10_000),
    [],
    [[]],
    {},
    { $ne: 1 },
    ['a', 'b'],
  ];
  const BODIES = [
    ['/v1/baselines', ['service', 'endpoint', 'window', 'start', 'end', 'name', 'slo', 'activate', 'exclude']],
    [
      '/v1/baselines/import',
      ['format', 'name', 'service', 'endpoint', 'profile', 'numeric', 'categorical', 'slo', 'created_at', 'samples'],
    ],
    ['/v1/keys', ['name', 'scope']],
    ['/v1/rebuild', ['service', 'endpoint', 'from', 'to']],
  ] as const;

  it.each(BODIES)('in a body of %s is answered below 500', async (url, fields) => {
    const { app, stream } = await openStream();
    const good = {
      ...stream,
      created_at: '2026-01-01T00:00:00Z',
      from: '2026-01-01T00:00:00Z',
      to: '2026-01-02T00:00:00Z',
    };
    const bodies = [...VALUES, ...fields.flatMap((field) => VALUES.map((value) => ({ ...good, [field]: value })))];
    const headers = { 'content-type': 'application/json' };
    for (const body of bodies) {
      const answer = await app.inject({ method: 'POST', url, headers, payload: JSON.stringify(body) });
      expect(answer.statusCode, `${JSON.stringify(body)} → ${answer.body}`).toBeLessThan(500);
      if (answer.statusCode >= 400) expect(answer.headers['content-type']).toBe('application/problem+json');
    }
  });

  it.each([
    ['deep', '['.repeat(100_000) + ']'.repeat(100_000)],
    ['deep in a known field', `{"service":"s","endpoint":"e","slo":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}`],
    ['many keys', JSON.stringify(Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`k${i}`, i])))],
    ['gzip', gzipSync('{}')],
  ])('%s is refused, not suffered', async (_name, payload) => {
    const { app } = open();
    for (const [url] of BODIES) {
      const headers = { 'content-type': 'application/json' };
      const answer = await app.inject({ method: 'POST', url, headers, payload });
      expect([400, 404], url).toContain(answer.statusCode);
    }
  });
});
