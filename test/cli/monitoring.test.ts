import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type RunningApp, startApp } from '../../src/app.ts';
import { runCommand } from '../../src/cli/program.ts';
import { readConfig } from '../../src/config/config.ts';
import { systemClock } from '../../src/core/time/clock.ts';
import { type Isolated, isolate } from '../app/isolated.ts';
import { fakeTerminal } from './fake-terminal.ts';

let app: RunningApp;
let place: Isolated;
let directory: string;

beforeAll(async () => {
  place = await isolate();
  directory = await mkdtemp(join(tmpdir(), 'plumbline-cli-'));
  app = await startApp(readConfig({ ...place.env, LOG_LEVEL: 'silent', DEFAULT_MONITOR: 'off' }), systemClock);
});
afterAll(async () => {
  await app.stop();
  await place.remove();
  await rm(directory, { recursive: true });
});

async function run(...argv: string[]) {
  const terminal = fakeTerminal({ PLUMBLINE_URL: app.url });
  const code = await runCommand(argv, terminal);
  return { code, out: terminal.lines, err: terminal.errors() };
}

async function file(name: string, text: string): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, text);
  return path;
}

const GOOD = `monitors:
  - name: pay
    stream: {service: shop, endpoint: POST /pay}
    window: 10m
    every: 10m
`;

describe('plumbline apply', () => {
  it('applies a file, prints the changes, and exports a file that can be applied again', async () => {
    const path = await file('good.yaml', GOOD);
    expect(await run('apply', '-f', path, '--dry-run')).toMatchObject({
      code: 0,
      out: ['+ pay', expect.stringMatching(/^dry run/)],
    });
    expect(await run('apply', '-f', path)).toMatchObject({
      code: 0,
      out: ['+ pay', '1 created, 0 changed, 0 deleted, 0 unchanged'],
    });
    const longer = await file('longer.yaml', GOOD.replace('window: 10m', 'window: 20m'));
    expect((await run('apply', '-f', longer)).out).toEqual([
      '~ pay',
      '    window: "10m" → "20m"',
      '0 created, 1 changed, 0 deleted, 0 unchanged',
    ]);
    const exported = await run('monitors', 'export');
    expect(parse(exported.out.join('\n'))).toEqual(parse(GOOD.replace('window: 10m', 'window: 20m')));
    const again = await run('apply', '-f', await file('exported.yaml', exported.out.join('\n')), '--prune');
    expect(again.out).toEqual(['0 created, 0 changed, 0 deleted, 1 unchanged']);
  });

  it('shows the monitors of a document for many streams, and exports the document', async () => {
    const many = GOOD.replace('name: pay', 'name: web').replace(/stream: .*/, 'stream: {service: "sh*"}');
    const path = await file('many.yaml', many.replace('window:', 'reference: previous_window\n    window:'));
    const { code, out } = await run('apply', '-f', path, '--dry-run');
    expect(code).toBe(0);
    expect(out[0]).toBe('+ web');
    expect(out.at(-2)).toBe(`web is for ${out.length - 3} ${out.length === 4 ? 'stream' : 'streams'}`);
    await run('apply', '-f', path);
    const listed = (await run('monitors', 'list')).out.filter((line) => line.startsWith('web: sh'));
    expect(listed).toHaveLength(out.length - 3);
    expect(listed.length).toBeGreaterThan(0);
    const exported = parse((await run('monitors', 'export')).out.join('\n'));
    expect(exported.monitors.map(({ name }: { name: string }) => name)).toContain('web');
    expect(exported.monitors.filter(({ name }: { name: string }) => name.startsWith('web:'))).toEqual([]);
    expect((await run('monitors', 'delete', 'web')).code).toBe(0);
    expect((await run('monitors', 'list')).out.filter((line) => line.startsWith('web'))).toEqual([]);
  });

  it('prints every error with its line, also errors that only the service finds, and applies nothing', async () => {
    const wrong = await file('wrong.yaml', `${GOOD}  - name: pay\n    stream: {service: shop}\n    windw: 1h\n`);
    const answer = await run('apply', '-f', wrong);
    expect(answer.code).toBe(2);
    const lines = [...answer.err.matchAll(/wrong\.yaml:(\d+)/g)].map(([, line]) => Number(line));
    expect(lines).toEqual([6, 6, 6, 7, 8]);
    const channel = await file('channel.yaml', `${GOOD.replace('pay\n', 'new\n')}    channels: [nobody]\n`);
    const refused = await run('apply', '-f', channel);
    expect(refused).toMatchObject({
      code: 2,
      err: expect.stringMatching(
        /channel\.yaml:6 {2}monitors\.0\.channels\.0: no channel is called "nobody"; there are log/,
      ),
    });
    expect((await run('monitors', 'list')).out.filter((line) => line.startsWith('new'))).toEqual([]);
    expect((await run('apply', '-f', join(directory, 'missing.yaml'))).err).toMatch(/does not exist/);
  });
});

describe('commands for monitors, incidents and channels', () => {
  it('runs, pauses, resumes and deletes a monitor', async () => {
    await run('apply', '-f', await file('one.yaml', GOOD.replace('name: pay', 'name: one')));
    expect((await run('monitors', 'run', 'one', '--dry-run')).out[0]).toMatch(/no report: .*no active baseline/);
    expect((await run('monitors', 'pause', 'one')).out).toEqual(['one is paused']);
    expect((await run('monitors', 'resume', 'one')).out).toEqual(['one is resumed']);
    expect((await run('monitors', 'delete', 'one')).out).toEqual(['one is deleted']);
    expect(await run('monitors', 'delete', 'one')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/No monitor named "one"/),
    });
  });

  it('lists and shows incidents, and acts on them', async () => {
    expect((await run('incidents', 'list')).out).toEqual(['no open incidents']);
    const silent = GOOD.replace('name: pay', 'name: silent').replace('every: 10m', 'every: 10m\n    open_after: 1');
    await run('apply', '-f', await file('silent.yaml', silent));
    expect((await run('monitors', 'run', 'silent')).out.join('\n')).toMatch(
      /incident of no_data: none → firing \(opened\)/,
    );
    const [, , row = ''] = (await run('incidents', 'list')).out;
    const id = /^\s*(\d+)/.exec(row)?.[1] ?? '';
    expect((await run('incidents', 'ack', id, '--by', 'anna', '--note', 'seen')).code).toBe(0);
    const shown = (await run('incidents', 'show', id)).out.join('\n');
    expect(shown).toMatch(/could not be evaluated/);
    expect(shown).toMatch(/acknowledge by anna "seen"/);
    expect((await run('incidents', 'silence', id, '--for', 'soon')).code).toBe(2);
    expect((await run('incidents', 'resolve', id)).out).toEqual([`incident ${id} is resolved; recorded: resolve`]);
  });

  it('lists and tests channels, and lists and resends failed notifications', async () => {
    expect((await run('channels', 'list')).out.join('\n')).toMatch(/log/);
    expect((await run('channels', 'test', 'log')).out).toEqual(["log only logs: the message is in the service's log"]);
    expect((await run('channels', 'dead')).out).toEqual(['no notifications failed']);
    expect((await run('channels', 'replay')).out).toEqual(['notifications to send again: 0']);
  });
});
