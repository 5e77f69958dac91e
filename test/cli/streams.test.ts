import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { runCommand } from '../../src/cli/program.ts';
import { fakeTerminal } from './fake-terminal.ts';

const stream = (endpoint: string, baseline: string | null) => ({
  id: 1,
  service: 'shop',
  endpoint,
  created_at: '2026-01-01T00:00:00Z',
  last_event: '2026-01-02T00:00:00Z',
  features: 3,
  ignored_features: 0,
  active_baseline: baseline && { id: 1, name: baseline, created_at: '2026-01-01T00:00:00Z' },
});

/** A terminal whose service answers each GET so. */
async function terminalOf(answer: (url: URL) => object) {
  const server = createServer((request, response) => {
    const body = JSON.stringify(answer(new URL(request.url ?? '', 'http://x')));
    response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close().closeAllConnections());
  return fakeTerminal({ PLUMBLINE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

test('streams lists all pages', async () => {
  const terminal = await terminalOf((url) =>
    url.searchParams.get('cursor') === 'c1'
      ? { streams: [stream('GET /pay', null)], next: null }
      : { streams: [stream('GET /cart', 'week-2')], next: 'c1' },
  );
  expect(await runCommand(['streams'], terminal)).toBe(0);
  expect(terminal.lines[2]).toMatch(/^shop +GET \/cart +2026-01-02T00:00:00Z +3 +week-2$/);
  expect(terminal.lines[3]).toMatch(/^shop +GET \/pay/);
});

test('features lists kind, share, profile and baseline of each', async () => {
  let asked: URL | undefined;
  const answer = {
    samples: 1_200,
    baseline: { id: 1, name: 'week-2', created_at: '2026-01-01T00:00:00Z' },
    features: [
      { path: 'amount', kind: 'numeric', share: 0.98765, profiled: true, in_baseline: true },
      { path: 'late', kind: null, share: null, profiled: false, in_baseline: false },
    ],
  };
  const terminal = await terminalOf((url) => {
    asked = url;
    return answer;
  });
  const args = ['features', '--service', 'shop', '--endpoint', 'GET /cart', '--window', '7d'];
  expect(await runCommand(args, terminal)).toBe(0);
  expect(Object.fromEntries(asked?.searchParams ?? [])).toEqual({
    service: 'shop',
    endpoint: 'GET /cart',
    window: '7d',
  });
  expect(terminal.lines.slice(2)).toEqual([
    'amount   numeric  98.77 %  yes      yes',
    'late                       ignored  no',
    '2 features, 1,200 events in the window, baseline week-2',
  ]);
});
