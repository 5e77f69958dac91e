import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCommand } from '../../src/cli/program.ts';
import { fakeTerminal } from './fake-terminal.ts';

interface Call {
  readonly method: string;
  readonly url: URL;
  readonly key: string | undefined;
  readonly body: unknown;
}

let calls: Call[];
let answer: { status: number; body?: unknown };
let url: string;
let close: () => void;

beforeEach(async () => {
  calls = [];
  answer = { status: 200, body: {} };
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    request.on('end', () => {
      const target = new URL(request.url ?? '', 'http://x');
      const body: unknown = text === '' ? undefined : JSON.parse(text);
      calls.push({ method: request.method ?? '', url: target, key: request.headers.authorization, body });
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      response.end(answer.body === undefined ? undefined : JSON.stringify(answer.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  close = () => server.close().closeAllConnections();
});

afterEach(() => close());

async function run(args: string[], env: Record<string, string> = {}) {
  const terminal = fakeTerminal({ PLUMBLINE_URL: url, ...env });
  const code = await runCommand(args, terminal);
  return { code, out: terminal.lines.join('\n'), err: terminal.errors() };
}

const BASELINE = {
  id: 4,
  name: 'week-2',
  service: 'shop',
  endpoint: 'GET /cart',
  window_start: '2026-01-05T00:00:00Z',
  window_end: '2026-01-12T00:00:00Z',
  samples: 12_345,
  features: [{ path: 'request.id', kind: 'identifier' }],
  warnings: ['the window breaks its own SLO'],
  active: true,
};
const COMMANDS = [
  'demo',
  'serve',
  'simulate',
  'compare',
  'report',
  'sentry',
  'apply',
  'replay',
  'streams',
  'features',
  'status',
  'events',
  'rebuild',
  'migrate',
  'completion',
  ...['build', 'list', 'show', 'activate', 'delete', 'download', 'import'].map((name) => `baseline ${name}`),
  ...['list', 'export', 'run', 'pause', 'resume', 'delete'].map((name) => `monitors ${name}`),
  ...['list', 'show', 'ack', 'silence', 'assign', 'note', 'resolve', 'reopen'].map((name) => `incidents ${name}`),
  ...['list', 'test', 'dead', 'replay'].map((name) => `channels ${name}`),
  ...['create', 'list', 'revoke'].map((name) => `keys ${name}`),
];
const STREAM = ['--service', 'shop', '--endpoint', 'GET /cart'];

describe('baseline', () => {
  test('build sends the window, the excluded intervals, and the key', async () => {
    answer = { status: 201, body: BASELINE };
    const span = '2026-01-07T10:00:00Z/2026-01-07T11:00:00Z';
    const args = [
      'baseline',
      'build',
      ...STREAM,
      '--window',
      '7d',
      '--exclude',
      span,
      '--no-activate',
      '--name',
      'week-2',
    ];
    const { code, out } = await run(args, { PLUMBLINE_API_KEY: 'pl_x' });
    expect(calls[0]).toMatchObject({
      method: 'POST',
      key: 'Bearer pl_x',
      body: {
        service: 'shop',
        endpoint: 'GET /cart',
        window: '7d',
        exclude: [{ start: '2026-01-07T10:00:00Z', end: '2026-01-07T11:00:00Z' }],
        name: 'week-2',
        activate: false,
      },
    });
    expect(out).toMatch(
      /week-2 \(id 4\) active[\s\S]*12,345[\s\S]*request.id identifier, not tested[\s\S]*breaks its own SLO/,
    );
    expect(code).toBe(0);
  });

  test('names are escaped in paths', async () => {
    answer = { status: 200, body: BASELINE };
    await run(['baseline', 'activate', 'a b/c']);
    expect(calls[0]).toMatchObject({ method: 'POST' });
    expect(calls[0]?.url.pathname).toBe('/v1/baselines/a%20b%2Fc/activate');
  });

  test('delete accepts an answer without a body', async () => {
    answer = { status: 204 };
    expect(await run(['baseline', 'delete', 'week-2'])).toMatchObject({ code: 0, out: 'week-2 is deleted' });
  });

  test('list prints a table, or a hint when it is empty', async () => {
    answer = { status: 200, body: { baselines: [BASELINE], next: null } };
    expect((await run(['baseline', 'list'])).out).toMatch(
      /4 +active +week-2 +shop GET \/cart +12,345 +2026-01-05 00:00/,
    );
    answer = { status: 200, body: { baselines: [], next: null } };
    expect((await run(['baseline', 'list'])).out).toMatch(/no baselines yet; build one with/);
  });
});

describe('report', () => {
  test('converts a window to minutes, and exits with 1 for --fail-on-drift', async () => {
    answer = {
      status: 200,
      body: {
        status: 'fail',
        samples: 1,
        checks: {},
        not_tested: [],
        window_start: '2026-01-05T00:00:00Z',
        window_end: '2026-01-06T00:00:00Z',
        baseline: {},
      },
    };
    const { code, out } = await run(['report', '--window', '24h', '--fail-on-drift', '--json']);
    expect(Object.fromEntries(calls[0]?.url.searchParams ?? [])).toEqual({ window_minutes: '1440' });
    expect(JSON.parse(out)).toEqual(answer.body);
    expect(code).toBe(1);
    expect((await run(['report'])).code).toBe(0);
  });
});

test('monitors export writes the name of a stream so that it makes no pattern', async () => {
  const spec = { name: 'static', stream: { service: 'web', endpoint: 'GET /*' }, window: '1h', every: '5m' };
  const entry = { origin: 'file', service: 'web', endpoint: 'GET /*', spec };
  answer = { status: 200, body: { monitors: [entry], next: null, patterns: [] } };
  expect((await run(['monitors', 'export'])).out).toContain('endpoint: GET /\\*');
});

test('rebuild reads all pages of streams', async () => {
  answer = { status: 200, body: { streams: [{ service: 'a', endpoint: 'b' }], next: null, minutes: 3, events: 4_000 } };
  const { out } = await run(['rebuild', '--from', '2026-01-05T00:00:00Z']);
  expect(out).toBe('a b: 3 minutes from 4,000 events');
  expect(calls.map(({ method, url: target }) => `${method} ${target.pathname}`)).toEqual([
    'GET /v1/streams',
    'POST /v1/rebuild',
  ]);
  expect(calls[1]?.body).toMatchObject({ service: 'a', endpoint: 'b', from: '2026-01-05T00:00:00Z' });
});

test('keys create prints only the key to stdout', async () => {
  answer = { status: 201, body: { id: 3, key: 'pl_secret', name: 'ops', scope: 'admin' } };
  const { out, err } = await run(['keys', 'create', '--scope', 'admin', '--name', 'ops']);
  expect(out).toBe('pl_secret');
  expect(err).toMatch(/not shown again/);
});

test('events prints the events of a stream, one per line', async () => {
  answer = { status: 200, body: { events: [{ n: 1 }, { n: 2 }], next: null } };
  const { code, out } = await run(['events', ...STREAM, '--limit', '2']);
  expect(code).toBe(0);
  expect(out).toBe('{"n":1}\n{"n":2}');
  expect(calls[0]?.url.pathname).toBe('/v1/events');
  expect(calls[0]?.url.searchParams.get('limit')).toBe('2');
});

test('status says whether the service can serve, and exits with 3 if not', async () => {
  answer = { status: 200, body: { version: '1.2.3' } };
  expect(await run(['status'])).toMatchObject({ code: 0, out: `${url} is ready, version 1.2.3` });
  answer = { status: 503, body: { code: 'not_ready', detail: 'migrations are missing' } };
  expect(await run(['status'])).toMatchObject({ code: 3, err: 'plumbline: migrations are missing\n' });
});

describe('errors', () => {
  test('a refusal prints its detail, and the fields that the detail does not name', async () => {
    const errors = [
      { path: 'name', message: 'is too long' },
      { path: 'window', message: 'is wrong' },
    ];
    answer = { status: 400, body: { code: 'invalid_request', detail: 'name: is too long', errors } };
    const { code, err } = await run(['baseline', 'build', ...STREAM]);
    expect(err).toBe('plumbline: name: is too long\n  window: is wrong\n');
    expect(code).toBe(2);
  });

  test('an answer that is not from Plumbline is reported with its status', async () => {
    answer = { status: 502 };
    expect((await run(['report'])).err).toBe('plumbline: HTTP 502\n');
  });

  test('a stack is printed only with LOG_LEVEL=debug', async () => {
    const args = ['report', '--api', 'http://127.0.0.1:1'];
    expect((await run(args)).err).not.toMatch(/\n\s+at /);
    expect((await run(args, { LOG_LEVEL: 'debug' })).err).toMatch(/\n\s+at /);
  });

  test('an error when no service answers', async () => {
    close();
    expect((await run(['report'])).err).toBe(
      `plumbline: nothing answers at ${url}; start it with \`npm start\` or set --api or PLUMBLINE_URL\n`,
    );
  });

  test.each([
    [['nonsense'], /unknown command/],
    [['replay'], /missing required argument/],
    [['report', '--policy', 'x'], /Allowed choices are calibrated, classic/],
    [['report', '--window', '5 parsecs'], /use 30m, 1h, 24h/],
    [['report', '--window', '1h', '--window-minutes', '60'], /not both/],
    [['report', '--api', 'localhost'], /not an http\(s\) address/],
    [['baseline', 'build', '--service', 's'], /use --service and --endpoint, or --all/],
    [['baseline', 'build', ...STREAM, '--exclude', 'yesterday'], /START\/END/],
    [['rebuild', '--service', 's'], /together, or neither/],
    [['keys', 'create'], /--scope/],
    [['replay', 'f', '--batch', '0'], /whole number from 1/],
  ])('%j is a usage error', async (args, expected) => {
    const { code, err } = await run(args);
    expect(err).toMatch(expected);
    expect(code).toBe(2);
    expect(calls).toHaveLength(0);
  });

  test.each(['--version', '--help', ...COMMANDS.map((name) => `${name} --help`)])(
    '%s is not an error',
    async (text) => {
      const { code, out, err } = await run(text.split(' '));
      expect(out).not.toBe('');
      expect([code, err]).toEqual([0, '']);
    },
  );

  test.each(COMMANDS)('the help of %s has a summary, and a text for each argument and option', async (name) => {
    const { out } = await run([...name.split(' '), '--help']);
    expect(out.split('\n')[2]).toMatch(/^[A-Z]/);
    const [table = ''] = out.split(/^ {2}-h, --help/m);
    const rows = table.split('\n').filter((line) => /^ {2}\S/.test(line));
    expect(rows.filter((line) => !/\S {2,}\S/.test(line))).toEqual([]);
  });
});
