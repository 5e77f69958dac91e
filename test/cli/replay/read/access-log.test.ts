import { describe, expect, test } from 'vitest';
import { isAccessLine, parseAccessLine } from '../../../../src/cli/replay/read/access-log.ts';
import { EndpointLimit, endpointName } from '../../../../src/cli/replay/read/endpoint-name.ts';

const LINE =
  '83.149.9.216 - alice [17/May/2015:10:05:03 +0200] "GET /images/web/a.png?token=s3cret HTTP/1.1" 200 203023 "http://x.example/p?q=1" "Mozilla/5.0 (X11)"';
const parse = (text: string) => parseAccessLine({ number: 7, text }, 'web', new EndpointLimit());

describe('an access log line', () => {
  test('becomes an event, without the address, the user and the query', () => {
    const record = parse(LINE);
    expect(record).toEqual({
      line: 7,
      fields: {
        ts: '2015-05-17T10:05:03+02:00',
        service: 'web',
        endpoint: 'GET /images/web',
        request: {
          method: 'GET',
          path: '/images/web/a.png',
          referrer: 'http://x.example/p',
          agent: 'Mozilla/5.0 (X11)',
        },
        response: { status: 200, bytes: 203023 },
      },
    });
    expect(JSON.stringify(record)).not.toMatch(/83\.149|alice|s3cret/);
  });

  test('in common format has no agent and no referrer', () => {
    const record = parse('1.2.3.4 - - [01/Jan/2026:00:00:00 +0000] "POST /orders/123 HTTP/1.1" 201 -');
    expect(record).toMatchObject({
      fields: {
        endpoint: 'POST /orders/:id',
        request: { method: 'POST', path: '/orders/123' },
        response: { status: 201, bytes: 0 },
      },
    });
  });

  test('may end before its last quote, and may have escaped quotes', () => {
    expect(parse(LINE.slice(0, -1))).toMatchObject({ fields: { request: { agent: 'Mozilla/5.0 (X11)' } } });
    expect(parse(LINE.replace('(X11)', '\\"quoted\\"'))).toMatchObject({
      fields: { request: { agent: 'Mozilla/5.0 \\"quoted\\"' } },
    });
  });

  test("takes nginx's request time as the duration", () => {
    expect(parse(`${LINE} 0.087`)).toMatchObject({ fields: { response: { duration_ms: 87 } } });
    expect(parse(`${LINE} 1203`)).not.toHaveProperty('fields.response.duration_ms');
  });

  test('with a malformed request is an event with its status', () => {
    const record = parse('1.2.3.4 - - [01/Jan/2026:00:00:00 +0000] "\\x16\\x03\\x01" 400 226 "-" "-"');
    expect(record).toMatchObject({
      fields: { endpoint: '(malformed request)', request: {}, response: { status: 400 } },
    });
  });

  test.each(['', 'hello', '{"ts":1}', '1.2.3.4 - - [yesterday] "GET / HTTP/1.1" 200 1', LINE.replace('May', 'Mai')])(
    'is not %j',
    (text) => {
      expect(parse(text)).toMatchObject({ line: 7, code: 'not_a_log_line' });
    },
  );

  test('is recognized', () => {
    expect(isAccessLine(LINE)).toBe(true);
    expect(isAccessLine('ts,service,endpoint')).toBe(false);
  });
});

describe('endpointName', () => {
  test.each([
    ['/', 'GET /'],
    ['/cart/?utm=1#top', 'GET /cart'],
    ['//blog//tags/x/y', 'GET /blog/tags'],
    ['/users/42/orders/7', 'GET /users/:id'],
    ['/u/6f1c9a34-0f5e-4a51-9c1e-0a9c8f5b2d11', 'GET /u/:id'],
    ['/style2.css', 'GET /*.css'],
    ['/images/logo.PNG', 'GET /images/*.png'],
    ['/files/xdotool-2.20110530.1.tar.gz', 'GET /files/*.gz'],
    ['/presentations/logstash-preso-1.0/index.html', 'GET /presentations/logstash-preso-1.0'],
    ['http://proxy.example:80/a/b?c', 'GET /a/b'],
  ])('%s is %s', (target, expected) => {
    expect(endpointName('GET', target)).toBe(expected);
  });

  test('is limited for a file', () => {
    const limit = new EndpointLimit(2);
    expect(['GET /a', 'GET /b', 'PUT /c', 'GET /a'].map((name) => limit.limit(name))).toEqual([
      'GET /a',
      'GET /b',
      'PUT (other)',
      'GET /a',
    ]);
  });
});
