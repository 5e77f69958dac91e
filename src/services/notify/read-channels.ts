import { readFile } from 'node:fs/promises';
import type { Config } from '../../config/config.ts';
import { settingErrors } from '../../config/setting-errors.ts';
import { type FileError, pathOfPointer, readYaml } from '../../config/yaml-file.ts';
import { systemCode } from '../../core/format/system-code.ts';
import type { Route } from '../../core/incident/route.ts';
import type { Channel } from './channel.ts';
import { CHANNEL_VARIABLE } from './channel-variables.ts';
import { type ChannelsDocument, channelsDocument } from './channels-document.ts';
import { type ChannelContext, openChannel } from './open-channel.ts';

/** Where notifications can go, and which go where. */
export interface Channels {
  readonly byName: ReadonlyMap<string, Channel>;
  readonly routes: readonly Route[];
}

export interface ReadChannelsContext extends ChannelContext {
  /** What `${NAME}` in the file stands for. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The channels of CHANNELS_FILE; without it those that the environment makes: `slack` and `email`, else `log`. Without routes, everything
 * goes to every channel.
 *
 * @throws RangeError with every error and its line
 */
export async function readChannels(context: ReadChannelsContext): Promise<Channels> {
  const { CHANNELS_FILE: path } = context.config;
  const document = path === undefined ? fromEnvironment(context.config) : await fromFile(path, context.env);
  const channels = Object.entries(document.channels).map(([name, each]) => openChannel(name, each, context));
  for (const { name, type, isDryRun } of channels) {
    if (isDryRun)
      context.log.warn({ channel: name, type }, 'secrets of this channel are not set: its messages are only logged');
  }
  return {
    byName: new Map(channels.map((channel) => [channel.name, channel])),
    routes: document.routes ?? [{ channels: channels.map(({ name }) => name) }],
  };
}

function fromEnvironment(config: Config): ChannelsDocument {
  const { SLACK_WEBHOOK_URL: hook, SMTP_HOST: host, EMAIL_FROM: from, EMAIL_TO: to } = config;
  const channels: ChannelsDocument['channels'] = {};
  if (hook !== undefined) channels.slack = { type: 'slack', webhook_url: hook, mention: config.SLACK_MENTION_USERS };
  if (host !== undefined && from !== undefined && to.length > 0) {
    const login = { username: config.SMTP_USERNAME ?? '', password: config.SMTP_PASSWORD ?? '' };
    channels.email = { type: 'email', host, port: config.SMTP_PORT, tls: config.SMTP_TLS, ...login, from, to };
  }
  if (Object.keys(channels).length === 0) channels.log = { type: 'log' };
  return { channels };
}

async function fromFile(path: string, env: ReadChannelsContext['env']): Promise<ChannelsDocument> {
  const text = await readFile(path, 'utf8').catch((error) => {
    throw new RangeError(`CHANNELS_FILE: ${path} cannot be read (${systemCode(error) ?? 'unknown'})`);
  });
  const file = readYaml(text);
  if (file.errors.length > 0) throw fileFailure(path, file.errors);
  const errors: FileError[] = [];
  const expanded = expand(file.value, env, [], (at, message) => errors.push({ line: file.lineOf(at), message }));
  for (const { path: pointer, message } of settingErrors(channelsDocument, expanded)) {
    const at = pathOfPointer(pointer);
    errors.push({ line: file.lineOf(at), message: at.length === 0 ? WHAT_IT_HOLDS : `${at.join('.')}: ${message}` });
  }
  if (errors.length > 0) throw fileFailure(path, errors);
  return channelsDocument.parse(expanded);
}

const WHAT_IT_HOLDS = 'list channels under channels:, each with its name and type';

function fileFailure(path: string, errors: readonly FileError[]): RangeError {
  const lines = errors.map(({ line, message }) => `  line ${line}: ${message}`);
  return new RangeError(`CHANNELS_FILE ${path} is not valid:\n${lines.join('\n')}`);
}

/** `${NAME}` and `${NAME:-fallback}` in every text. A name that is not set becomes empty: its channel is a dry run. */
function expand(
  value: unknown,
  env: ReadChannelsContext['env'],
  at: readonly (string | number)[],
  refuse: (at: readonly (string | number)[], message: string) => void,
): unknown {
  if (typeof value === 'string') {
    if (/\$\{(?![A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?\})/.test(value))
      refuse(at, `${at.join('.')}: write \${NAME} or \${NAME:-fallback}`);
    return value.replace(CHANNEL_VARIABLE, (_, name: string, fallback = '') => env[name] || fallback);
  }
  if (Array.isArray(value)) return value.map((item, i) => expand(item, env, [...at, i], refuse));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, expand(item, env, [...at, key], refuse)]));
}
