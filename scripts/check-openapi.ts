/**
 * Checks /openapi.json of a service that runs: two linters, then a client that is generated from it, type-checked, and sends an
 * event. The tools have a package of their own, scripts/openapi, which is installed first.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { startService } from './bench/service.ts';

const PORT = 18_431;
const FOLDER = 'scripts/openapi';
const GENERATED = `${FOLDER}/generated`;
const DOCUMENT = `${GENERATED}/openapi.json`;
const TOOLS = `${FOLDER}/node_modules/.bin`;

function run(title: string, command: string, ...args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new Error(`${title} failed${error === undefined ? '' : `: ${error.message}`}`);
  console.log(`ok: ${title}`);
}

async function check(url: string): Promise<void> {
  mkdirSync(GENERATED, { recursive: true });
  writeFileSync(DOCUMENT, JSON.stringify(await (await fetch(`${url}/openapi.json`)).json(), null, 2));
  run('redocly', `${TOOLS}/redocly`, 'lint', DOCUMENT, `--config=${FOLDER}/redocly.yaml`);
  run('spectral', `${TOOLS}/spectral`, 'lint', DOCUMENT, `--ruleset=${FOLDER}/spectral.yaml`, '--fail-severity=hint');
  run('openapi-typescript', `${TOOLS}/openapi-typescript`, DOCUMENT, '--output', `${GENERATED}/schema.d.ts`);
  run('the client type-checks', 'node_modules/.bin/tsc', '--project', FOLDER);
  run('the client sends an event', 'node_modules/.bin/tsx', `${FOLDER}/send-event.ts`, url);
}

run('install of the tools', 'npm', 'ci', '--prefix', FOLDER, '--no-audit', '--no-fund', '--loglevel=error');
const service = await startService({ port: PORT });
try {
  await check(service.url);
} catch (error) {
  console.error(String(error));
  process.exitCode = 1;
} finally {
  await service.stop();
}
