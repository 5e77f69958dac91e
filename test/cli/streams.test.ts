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

test('streams lists all pages', async () => {
  const server = createServer((request, response) => {
    const isSecond = new URL(request.url ?? '', 'http://x').searchParams.get('cursor') === 'c1';
    const page = isSecond
      ? { streams: [stream('GET /pay', null)], next: null }
      : { streams: [stream('GET /cart', 'week-2')], next: 'c1' };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(page));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close().closeAllConnections());
  const terminal = fakeTerminal({ PLUMBLINE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  expect(await runCommand(['streams'], terminal)).toBe(0);
  expect(terminal.lines[2]).toMatch(/^shop +GET \/cart +2026-01-02T00:00:00Z +3 +week-2$/);
  expect(terminal.lines[3]).toMatch(/^shop +GET \/pay/);
});
