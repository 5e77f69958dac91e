import { describe, expect, it } from 'vitest';
import { emptyDatabase, withService } from '../service.ts';

const { app } = withService(emptyDatabase);

describe('a name in a query that the route does not know', () => {
  it.each([
    ['GET', '/v1/streams?limti=5', 'limti: unknown query parameter; did you mean limit?'],
    ['GET', '/v1/streams?utm_source=x', 'utm_source: unknown query parameter; there are limit, cursor.'],
    ['GET', '/v1/channels?_=1', '_: unknown query parameter; this route takes none.'],
    ['POST', '/v1/rebuild?dry_run=true', 'dry_run: unknown query parameter; this route takes none.'],
    ['DELETE', '/v1/keys/1?opne=true', 'opne: unknown query parameter; did you mean open?'],
  ] as const)('is refused: %s %s', async (method, url, detail) => {
    const answer = await app.inject({ method, url });
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'invalid_request', detail });
    expect(answer.json().errors).toHaveLength(1);
  });

  it.each([
    ['GET', '/reports/latest?window_minute=30&_=1', 'window_minute (did you mean window_minutes?), _'],
    ['GET', '/health?_=1', '_'],
    ['POST', '/v1/ingest?source=guard', 'source'],
    ['POST', '/detect-drift?x=1', 'x'],
    ['GET', '/coherence/history?_=1', '_'],
    ['HEAD', '/health?_=1', '_'],
  ] as const)('is ignored for old clients, and a Warning says so: %s %s', async (method, url, names) => {
    const [bare, answer] = [
      await app.inject({ method, url: url.split('?')[0] as string }),
      await app.inject({ method, url }),
    ];
    expect(answer.statusCode).toBe(bare.statusCode);
    expect(bare.headers.warning).toBeUndefined();
    expect(answer.headers.warning).toBe(`299 plumbline "ignored unknown query parameters: ${names}"`);
  });

  it('may be anything', async () => {
    for (const name of ['a"b', '\r\nset-cookie: x', '🦀', '\\', 'x'.repeat(3_000), '__proto__', 'service[]']) {
      const query = encodeURIComponent(name);
      const old = await app.inject(`/health?${query}=1`);
      expect(old.statusCode).toBe(200);
      expect(String(old.headers.warning)).toMatch(
        /^299 plumbline "ignored unknown query parameters: [\w.[\]$?-]{1,40}"$/,
      );
      expect((await app.inject(`/v1/streams?${query}=1`)).json().code).toBe('invalid_request');
    }
    const many = await app.inject(`/health?${Array.from({ length: 50 }, (_, i) => `p${i}`).join('&')}`);
    expect(many.headers.warning).toBe(
      '299 plumbline "ignored unknown query parameters: p0, p1, p2, p3, p4 and 45 more"',
    );
  });

  it('is nothing where the name is known', async () => {
    for (const url of ['/v1/streams?limit=5', '/v1/monitors?limit=5', '/v1/incidents?state=open']) {
      expect((await app.inject(url)).statusCode, url).toBe(200);
    }
  });
});
