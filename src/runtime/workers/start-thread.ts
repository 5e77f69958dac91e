import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker, type WorkerOptions } from 'node:worker_threads';

/**
 * Starts a file of ours as a thread: plain JavaScript as built; from the sources (tests, `npm run dev`) through tsx, which a thread
 * does not inherit.
 *
 * @param from - `import.meta.url` of the caller
 * @param file - beside the caller, without its extension
 */
export function startThread(from: string, file: string, options: { name: string; workerData: unknown }): Worker {
  const threadOptions: WorkerOptions = { ...options, execArgv: [] };
  if (from.endsWith('.js')) return new Worker(new URL(`${file}.js`, from), threadOptions);
  const source = new URL(`${file}.ts`, from);
  const boot = `import { register } from '${tsxApi()}'; register(); await import('${source}');`;
  return new Worker(boot, { ...threadOptions, eval: true, execArgv: ['--input-type=module'] });
}

/** Found as CommonJS, because vitest has no `import.meta.resolve`; but only its other half, beside it, can register. */
function tsxApi(): string {
  const path = createRequire(import.meta.url).resolve('tsx/esm/api');
  return pathToFileURL(path).href.replace(/\.cjs$/, '.mjs');
}
