import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { runCommand } from '../../../src/cli/program.ts';
import { fakeTerminal } from '../fake-terminal.ts';
import { type StubService, startStubService } from './stub-service.ts';

let directory: string;
let service: StubService | undefined;

/** Gives each test of a file its own directory and stub service. */
export function setUpReplay(): void {
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'plumbline-replay-'));
  });

  afterEach(async () => {
    await service?.close();
    service = undefined;
    await rm(directory, { recursive: true, force: true });
  });
}

export async function startService(...options: Parameters<typeof startStubService>): Promise<StubService> {
  await service?.close();
  service = await startStubService(...options);
  return service;
}

export const event = (i: number) =>
  `{"ts":"2026-01-01T00:00:${String(i % 60).padStart(2, '0')}Z","service":"s","endpoint":"e","n":${i}}`;

export const lines = (count: number) => Array.from({ length: count }, (_, i) => event(i)).join('\n');

export function pathOf(name: string): string {
  return join(directory, name);
}

export async function file(name: string, content: string | Buffer): Promise<string> {
  await writeFile(pathOf(name), content);
  return pathOf(name);
}

export async function replay(path: string, ...options: string[]) {
  const terminal = fakeTerminal();
  const code = await runCommand(['replay', path, '--api', service?.url ?? '', ...options], terminal);
  return { code, output: terminal.lines.join('\n'), errors: terminal.errors() };
}
