import { expect, test } from 'vitest';
import { runCommand } from '../../src/cli/program.ts';
import { eventsOf, newStream, send, withStreams } from '../http/routes/streams.ts';
import { NOW } from '../http/service.ts';
import { fakeTerminal } from './fake-terminal.ts';
import { serviceAt } from './service-at.ts';

const { open } = withStreams();

/** A service that listens, with three streams of a service of their own: 60, 20 and 60 events. */
async function openStreams() {
  const { app } = open();
  const { service } = newStream();
  const streams = ['GET /a', 'GET /few', 'POST /b'].map((endpoint) => ({ service, endpoint }));
  for (const [i, stream] of streams.entries()) await send(app, eventsOf(stream, i === 1 ? 20 : 60, NOW, 100));
  return { service, url: await serviceAt(app) };
}

async function run(url: string, ...args: string[]) {
  const terminal = fakeTerminal({ PLUMBLINE_URL: url });
  const code = await runCommand(['baseline', 'build', '--window', '1h', ...args], terminal);
  return { code, lines: terminal.lines, errors: terminal.errors() };
}

test('--all builds one for each stream that matches and has enough events', async () => {
  const { service, url } = await openStreams();
  const { code, lines } = await run(url, '--all', '--match', `${service} *`);
  expect(lines).toEqual([
    expect.stringMatching(`^${service} GET /a: \\S+ from 60 events`),
    `${service} GET /few: skipped: 20 events in the window, fewer than 50`,
    expect.stringMatching(`^${service} POST /b: \\S+ from 60 events`),
  ]);
  expect(code).toBe(0);
  const only = await run(url, '--all', '--match', `${service} GET*`, '--min-events', '10');
  expect(only.lines).toHaveLength(2);
  expect(only.lines[1]).toContain('from 20 events');
});

test('--all is wrong usage where there is nothing to build', async () => {
  const { service, url } = await openStreams();
  expect(await run(url, '--all', '--match', 'nothing*')).toMatchObject({
    code: 2,
    errors: expect.stringContaining('no stream matches'),
  });
  const few = await run(url, '--all', '--match', `${service} GET /few`);
  expect(few.code).toBe(2);
  expect(few.errors).toContain('no stream has enough events');
  const mixed = await run(url, '--all', '--service', service);
  expect(mixed).toMatchObject({ code: 2 });
  expect(mixed.errors).toContain('--all takes no --service');
  expect((await run(url, '--match', 'x')).code).toBe(2);
  expect((await run(url)).errors).toContain('--all for every stream');
});

test('one failure does not stop the others, and decides the exit code', async () => {
  const { service, url } = await openStreams();
  const spans = Array.from({ length: 1_001 }, () => '2026-01-07T10:00:00Z/2026-01-07T11:00:00Z');
  const args = spans.flatMap((span) => ['--exclude', span]);
  const { code, lines, errors } = await run(url, '--all', '--match', `${service} *`, ...args);
  expect(lines.filter((line) => line.includes(': failed: '))).toHaveLength(3);
  expect(code).toBe(2);
  expect(errors).toContain('3 of 3 streams failed');
});
