import type { Command } from 'commander';
import type { RunningApp } from '../../app.ts';
import type { Config } from '../../config/config.ts';
import { systemClock } from '../../core/time/clock.ts';
import { configFrom } from '../direct-database.ts';
import { Failure, messageOf, systemCode } from '../failure.ts';
import type { Terminal } from '../terminal.ts';

const DRAIN_MS = 10_000;

const HELP = `
Configured by the environment, and by a file .env in the working directory; .env.example lists every variable.

Examples:
  plumbline serve                                                    on 127.0.0.1:8000, embedded database in ./data
  PORT=9000 DATABASE_URL=postgres://dev:dev@localhost/drift plumbline serve`;

export function addServeCommand(program: Command, terminal: Terminal): void {
  program
    .command('serve')
    .description('run the service')
    .addHelpText('after', HELP)
    .action(() => runService(terminal));
}

/** Runs the service until SIGTERM or SIGINT. What is under way gets 10 seconds; a second signal does not wait for it. */
export async function runService(terminal: Terminal): Promise<void> {
  const config = configFrom(terminal);
  const stopped = nextSignal();
  const app = await start(config, terminal);
  greet(terminal, config, app.url);
  await stopped;
  process.once('SIGINT', exitAtOnce).once('SIGTERM', exitAtOnce);
  terminal.err('stopping; what is under way is finished first\n');
  await drain(app);
}

async function start(config: Config, terminal: Terminal): Promise<RunningApp> {
  try {
    // Loaded here, so that the other commands start without the server.
    const { startApp } = await import('../../app.ts');
    return await startApp(config, systemClock, terminal.env);
  } catch (error) {
    throw new Failure(startMessage(config, error), 1, { cause: error });
  }
}

function startMessage(config: Config, error: unknown): string {
  const code = systemCode(error);
  if (code === 'EADDRINUSE')
    return `port ${config.PORT} on ${config.HOST} is taken: another process listens there; stop it, or choose another with PORT`;
  if (code === 'EADDRNOTAVAIL') return `HOST=${config.HOST} is no address of this machine`;
  if (code === 'EACCES') return `this user may not listen on port ${config.PORT}; choose one from 1024 up with PORT`;
  return messageOf(error);
}

function nextSignal(): Promise<void> {
  return new Promise((resolve) => {
    const stop = () => {
      process.off('SIGINT', stop).off('SIGTERM', stop);
      resolve();
    };
    process.on('SIGINT', stop).on('SIGTERM', stop);
  });
}

function exitAtOnce(): never {
  process.exit(130);
}

async function drain(app: RunningApp): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Failure(`not everything was finished within ${DRAIN_MS / 1_000} s`)), DRAIN_MS);
  });
  await Promise.race([app.stop(), late]).finally(() => clearTimeout(timer));
}

function greet(terminal: Terminal, config: Config, url: string): void {
  const { bold, cyan, dim } = terminal.colors;
  const where = config.DATABASE_URL === undefined ? `embedded database in ${config.DATA_DIR}` : 'Postgres';
  terminal.out(`\n${bold('Plumbline')} listens on ${cyan(url)}  ${dim(`(${where}; ${url}/docs; Ctrl-C stops)`)}`);
  terminal.out(`Try next:\n\n${curlExample(url)}\n`);
}

/** One event of now, ready to paste; `date` gives whole seconds everywhere, so the zeros make it milliseconds. */
function curlExample(url: string): string {
  return [
    `  curl -s ${url}/v1/ingest -H 'content-type: application/json' -d '[{"ts": '$(date +%s)'000,`,
    `    "service": "shop", "endpoint": "GET /cart", "response": {"status": 200, "duration_ms": 87.5}}]'`,
  ].join('\n');
}
