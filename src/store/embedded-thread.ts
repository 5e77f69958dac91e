import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import type { EngineData } from './embedded-worker.ts';

/** Starts the engine's thread: plain JavaScript as built; from the sources (tests, `npm run dev`) through tsx, which a thread does not inherit. */
export function startThread(workerData: EngineData): Worker {
  const options: WorkerOptions = { workerData, name: 'embedded-database', execArgv: [] };
  if (import.meta.url.endsWith('.js')) return new Worker(new URL('./embedded-worker.js', import.meta.url), options);
  const source = new URL('./embedded-worker.ts', import.meta.url);
  const boot = `import { register } from '${tsxApi()}'; register(); await import('${source}');`;
  return new Worker(boot, { ...options, eval: true, execArgv: ['--input-type=module'] });
}

/** Found as CommonJS, because vitest has no `import.meta.resolve`; but only its other half, beside it, can register. */
function tsxApi(): string {
  const path = createRequire(import.meta.url).resolve('tsx/esm/api');
  return pathToFileURL(path).href.replace(/\.cjs$/, '.mjs');
}
