import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const MAIN = new URL('../../src/main.ts', import.meta.url).pathname;
const TSX = import.meta.resolve('tsx');

interface Service {
  readonly child: ChildProcess;
  output(): string;
  /** Resolves with the text once it was printed. */
  says(pattern: RegExp): Promise<string>;
  exit(): Promise<number | null>;
}

let directory: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'plumbline-serve-'));
});

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await rm(directory, { recursive: true, force: true });
});

function start(env: Record<string, string>): Service {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, ['--import', TSX, MAIN], {
    cwd: directory,
    env: {
      PATH,
      HOME,
      NO_COLOR: '1',
      LOG_LEVEL: 'silent',
      HOST: '127.0.0.1',
      PORT: '0',
      DATA_DIR: join(directory, 'data'),
      ...env,
    },
  });
  children.push(child);
  let output = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      for (const listener of listeners) listener();
    });
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    child,
    output: () => output,
    exit: () => exited,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (pattern.test(output)) resolve(output);
        };
        listeners.add(look);
        look();
        void exited.then(() => reject(new Error(`the service ended: ${output}`)));
      }),
  };
}

test('the service logs lines of JSON into a pipe, refuses a directory or port in use, and stops on SIGTERM', async () => {
  const first = start({ LOG_LEVEL: 'info' });
  const started = await first.says(/"msg":"listening"/);
  const url = /"url":"(http:\/\/127\.0\.0\.1:\d+)"/.exec(started)?.[1] ?? '';

  const sameDirectory = start({});
  expect(await sameDirectory.exit()).toBe(2);
  expect(sameDirectory.output()).toMatch(new RegExp(`^plumbline: .*in use by process ${first.child.pid}`));

  const samePort = start({ DATA_DIR: join(directory, 'other'), PORT: new URL(url).port });
  expect(await samePort.exit()).toBe(2);
  expect(samePort.output()).toMatch(/^plumbline: port \d+ on 127\.0\.0\.1 is in use[^\n]*\n$/);

  expect((await fetch(`${url}/livez`)).status).toBe(200);
  first.child.kill('SIGTERM');
  expect(await first.exit()).toBe(0);
  const entries = first
    .output()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  // A busy machine is warned of jobs that come late.
  for (const entry of entries)
    expect(entry).toMatchObject({ level: expect.stringMatching(/^(info|warn)$/), msg: expect.any(String) });
  expect(entries.map(({ msg }) => msg)).toContain('stopping after running requests and jobs are finished');
});

test('an invalid environment is one message that names the variable', async () => {
  const service = start({ PORT: 'eighty' });
  expect(await service.exit()).toBe(2);
  expect(service.output()).toMatch(/^plumbline: The environment is not valid:\n {2}PORT: [^\n]*\n$/);
});
