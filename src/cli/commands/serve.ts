import type { Command } from 'commander';
import type { Logger } from 'pino';
import type { RunningApp } from '../../app.ts';
import type { Config } from '../../config/config.ts';
import { VERSION } from '../../config/version.ts';
import { systemCode } from '../../core/format/system-code.ts';
import { systemClock } from '../../core/time/clock.ts';
import { renderLogLine } from '../../runtime/logging/log-for-people.ts';
import { configFrom } from '../direct-database.ts';
import { endingOf } from '../exit-code.ts';
import { type Ending, exitCodeFor } from '../exit-codes.ts';
import { Failure, messageOf } from '../failure.ts';
import type { Environment, Terminal } from '../terminal.ts';

const DRAIN_MS = 10_000;

interface ServeOptions {
  readonly port?: string;
  readonly host?: string;
  readonly check?: boolean;
}

const HELP = `
Environment variables configure the service, also from the file .env in the working directory. .env.example lists all of them.

With --check nothing is started or changed: configuration, .env, files of channels, monitors and baselines, database and schema are
examined, with a line for each. Exit code 0 if the service can start, 2 if something is wrong, 3 if the database is away.

Examples:
  plumbline serve --check
  plumbline serve                                                    on 127.0.0.1:8000, embedded database in ./data
  DATABASE_URL=postgres://dev:dev@localhost/drift plumbline serve --port 9000`;

export function addServeCommand(program: Command, terminal: Terminal): void {
  program
    .command('serve')
    .description('Run the service')
    .option('--port <port>', 'port to listen on, instead of PORT')
    .option('--host <address>', 'address to listen on, instead of HOST')
    .option('--check', 'check what the service would read at its start, and start nothing')
    .addHelpText('after', HELP)
    .action((options: ServeOptions) => {
      const own = { ...terminal, env: environmentOf(terminal.env, options) };
      return options.check ? check(own) : runService(own);
    });
}

/** An option goes before its variable. */
function environmentOf(env: Environment, { port, host }: ServeOptions): Environment {
  return { ...env, ...(port !== undefined && { PORT: port }), ...(host !== undefined && { HOST: host }) };
}

/** Prints what the service would meet at its start. An address that another process has is not looked for: it may be this service. */
async function check(terminal: Terminal): Promise<void> {
  const { dim, green, red } = terminal.colors;
  const print = (part: string, text: string, isWrong = false) =>
    terminal.out(`${isWrong ? red('error') : green('ok   ')}  ${part.padEnd(13)}  ${text}`);
  const config = configFrom(terminal);
  print(
    'configuration',
    `${config.HOST}:${config.PORT}, AUTH ${config.AUTH}, ${terminal.envFile.length} variables in .env`,
  );
  const { checkService } = await import('../../check.ts');
  const errors: unknown[] = [];
  for await (const { part, text, error } of checkService({ config, clock: systemClock, env: terminal.env })) {
    print(part, text, error !== undefined);
    if (error !== undefined) errors.push(error);
  }
  if (errors.length === 0) return terminal.out(dim('the service can start'));
  const isAway = errors.every((error) => endingOf(error) === 'unavailable');
  throw new Failure(
    `the service cannot start: see ${errors.length === 1 ? 'the error' : 'the errors'} above`,
    isAway ? 'unavailable' : 'usage',
  );
}

/** Runs the service until SIGTERM or SIGINT. Running requests and jobs get 10 seconds to finish; a second signal stops at once. */
export async function runService(terminal: Terminal): Promise<void> {
  const config = configFrom(terminal);
  const stopped = nextSignal();
  const app = await start(config, terminal);
  if (terminal.isOutTty) greet(terminal, config, app.url);
  else app.log.info({ url: app.url, database: databaseOf(config), version: VERSION }, 'listening');
  await stopped;
  process.once('SIGINT', exitAtOnce).once('SIGTERM', exitAtOnce);
  app.log.info('stopping after running requests and jobs are finished');
  await drain(app);
}

/** A terminal gets lines for people; everything else, such as a container's log, lines of JSON and nothing between them. */
async function logFor({ isOutTty, colors, out }: Terminal, config: Config): Promise<Logger> {
  const { openLog } = await import('../../runtime/logging/log.ts');
  if (!isOutTty) return openLog(config.LOG_LEVEL);
  return openLog(config.LOG_LEVEL, { write: (line) => out(renderLogLine(line, colors)) });
}

async function start(config: Config, terminal: Terminal): Promise<RunningApp> {
  try {
    // Imported here, so that other commands do not load the server.
    const { startApp } = await import('../../app.ts');
    return await startApp(config, systemClock, { env: terminal.env, log: await logFor(terminal, config) });
  } catch (error) {
    throw new Failure(startMessage(config, error), endingOfStart(error), { cause: error });
  }
}

function startMessage(config: Config, error: unknown): string {
  const code = systemCode(error);
  if (code === 'EADDRINUSE')
    return `port ${config.PORT} on ${config.HOST} is in use by another process; stop it, or set another PORT`;
  if (code === 'EADDRNOTAVAIL') return `HOST=${config.HOST} is not an address of this machine`;
  if (code === 'EACCES') return `this user is not allowed to listen on port ${config.PORT}; set PORT to 1024 or higher`;
  return messageOf(error);
}

/** A setting that cannot be used is wrong usage, also an address that another process has. */
function endingOfStart(error: unknown): Ending {
  const isSetting = ['EADDRINUSE', 'EADDRNOTAVAIL', 'EACCES'].includes(systemCode(error) ?? '');
  return isSetting || error instanceof RangeError ? 'usage' : endingOf(error);
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
  process.exit(exitCodeFor('interrupted'));
}

async function drain(app: RunningApp): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new Failure(`some requests or jobs did not finish within ${DRAIN_MS / 1_000} s`)),
      DRAIN_MS,
    );
  });
  await Promise.race([app.stop(), late]).finally(() => clearTimeout(timer));
}

function greet(terminal: Terminal, config: Config, url: string): void {
  const { bold, cyan, dim } = terminal.colors;
  terminal.out(
    `\n${bold('Plumbline')} listens on ${cyan(url)}  ${dim(`(${databaseOf(config)}; ${url}/docs; Ctrl-C stops)`)}`,
  );
  terminal.out(`Try next:\n\n${curlExample(url)}\n`);
}

function databaseOf(config: Config): string {
  return config.DATABASE_URL === undefined ? `embedded database in ${config.DATA_DIR}` : 'Postgres';
}

/** One event with the current time, ready to paste. `date` prints seconds on every system, so `000` makes milliseconds. */
function curlExample(url: string): string {
  return [
    `  curl -s ${url}/v1/ingest -H 'content-type: application/json' -d '[{"ts": '$(date +%s)'000,`,
    `    "service": "shop", "endpoint": "GET /cart", "response": {"status": 200, "duration_ms": 87.5}}]'`,
  ].join('\n');
}
