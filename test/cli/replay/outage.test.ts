import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { Api } from '../../../src/cli/api.ts';
import { runCommand } from '../../../src/cli/program.ts';
import { planReplay } from '../../../src/cli/replay/plan.ts';
import { runReplay } from '../../../src/cli/replay/run-replay.ts';
import { fakeTerminal } from '../fake-terminal.ts';
import { file, lines, pathOf, setUpReplay, startService } from './harness.ts';

setUpReplay();

/** A replay on a clock that moves only by its waits, against a service that takes nothing until `backMs`. */
async function replayThrough(backMs: number) {
  let nowMs = 0;
  const service = await startService(() => (nowMs < backMs ? 'hang up' : undefined));
  const path = await file('e.ndjson', lines(30));
  const choices = { service: undefined, endpoint: undefined, map: [], assumeUtc: false, format: undefined };
  const plan = await planReplay({ path, ...choices, batchEvents: 10, speed: undefined });
  const terminal = fakeTerminal();
  const context = {
    api: new Api(service.url),
    clock: { now: () => nowMs },
    terminal,
    sleep: async (ms: number) => {
      nowMs += ms;
    },
    stop: new AbortController().signal,
  };
  const state = { version: 1, identity: plan.identity, api: service.url, shiftMs: 0, lastLine: 0 } as const;
  const replay = runReplay(context, { plan, connections: 1, state, statePath: `${path}.replay.json` });
  return { replay, service, terminal, elapsedMs: () => nowMs };
}

describe('a service that is away', () => {
  test('for a minute is waited for', async () => {
    const { replay, service, terminal } = await replayThrough(60_000);
    expect((await replay).isComplete).toBe(true);
    expect(service.events()).toHaveLength(30);
    expect(terminal.errors()).toMatch(/^the connection to \S+ .*; waiting for it for up to a minute\n/);
  });

  test('for longer ends the replay, with the command that goes on', async () => {
    const { replay, elapsedMs } = await replayThrough(Number.POSITIVE_INFINITY);
    await expect(replay).rejects.toMatchObject({
      ending: 'unavailable',
      message: expect.stringMatching(/continue with `plumbline replay \S+e\.ndjson --resume`/),
    });
    expect(elapsedMs()).toBeGreaterThanOrEqual(60_000);
    expect(elapsedMs()).toBeLessThan(80_000);
  });
});

describe('the state file', () => {
  const refuse = { status: 403, body: { detail: 'no' } };

  test('lies in the state directory of the user when the place beside the file is not writable', async () => {
    let isOpen = false;
    const service = await startService((_, call) => (call === 2 && !isOpen ? refuse : undefined));
    const path = await file('e.ndjson', lines(30));
    // A directory is in the way, which holds for root too.
    await mkdir(`${path}.replay.json.new`);
    await writeFile(`${path}.replay.json.new/x`, '');
    const run = async (...options: string[]) => {
      const terminal = fakeTerminal({ XDG_STATE_HOME: pathOf('state') });
      const args = ['replay', path, '--api', service.url, '--batch', '10', '--connections', '1', ...options];
      return { code: await runCommand(args, terminal), errors: terminal.errors() };
    };
    const first = await run();
    const [name] = await readdir(pathOf('state/plumbline'));
    expect(name).toMatch(/^e\.ndjson-[0-9a-f]{16}\.replay\.json$/);
    expect(first.errors).toContain(`the progress is in ${pathOf(`state/plumbline/${name}`)}`);
    isOpen = true;
    const second = await run('--resume');
    expect(second).toMatchObject({ code: 0, errors: expect.stringContaining('continuing after line 10') });
    expect(service.events()).toHaveLength(30);
    expect(await readdir(pathOf('state/plumbline'))).toEqual([]);
  });
});
