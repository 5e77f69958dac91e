// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of the file are written so
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../../src/config/config.ts';
import { DrivenClock } from '../../../src/core/time/clock.ts';
import { type Channels, readChannels } from '../../../src/services/notify/read-channels.ts';
import type { StoreLog } from '../../../src/store/database.ts';
import { NOW, sampleMessage } from './sample-message.ts';

const SECRET = 'S3cr3tS3cr3t';
const HOOK = `https://hooks.slack.com/services/T0/B0/${SECRET}`;

let directory: string;
let path: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'plumbline-channels-'));
  path = join(directory, 'channels.yaml');
});

afterAll(() => rm(directory, { recursive: true }));

type Env = Record<string, string | undefined>;

interface Read extends Channels {
  /** What was logged, in order. */
  readonly lines: readonly string[];
}

async function fromEnv(env: Env): Promise<Read> {
  const lines: string[] = [];
  const line = (fields: object, message: string) => lines.push(`${message} ${JSON.stringify(fields)}`);
  const log = { info: line, warn: line, error: line } as unknown as StoreLog;
  const channels = await readChannels({ config: readConfig(env), clock: new DrivenClock(NOW), log, env });
  return { ...channels, lines };
}

async function fromFile(text: string, env: Env = {}): Promise<Read> {
  await writeFile(path, text);
  return fromEnv({ ...env, CHANNELS_FILE: path });
}

async function refusalOf(text: string, env: Env = {}): Promise<{ lines: number[]; text: string }> {
  try {
    await fromFile(text, env);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const found = [...error.message.matchAll(/^ {2}line (\d+): /gm)].map(([, line]) => Number(line));
    return { lines: found, text: error.message };
  }
  throw new Error('the file was taken');
}

const shapeOf = ({ byName }: Channels) =>
  [...byName.values()].map(({ name, type, isDryRun }) => [name, type, isDryRun]);

describe('from the environment', () => {
  it('when nothing is set, messages are logged', async () => {
    const read = await fromEnv({});
    expect(shapeOf(read)).toEqual([['log', 'log', false]]);
    expect(read.routes).toEqual([{ channels: ['log'] }]);
    expect(read.lines).toEqual([]);
  });

  it('a webhook URL makes slack, a server with both addresses makes email, and both get all messages', async () => {
    const server = { SMTP_HOST: 'mail.example', EMAIL_FROM: 'a@example.com', EMAIL_TO: 'b@example.com, c@example.com' };
    expect(shapeOf(await fromEnv({ SLACK_WEBHOOK_URL: HOOK }))).toEqual([['slack', 'slack', false]]);
    const read = await fromEnv({ SLACK_WEBHOOK_URL: HOOK, ...server });
    expect(shapeOf(read)).toEqual([
      ['slack', 'slack', false],
      ['email', 'email', false],
    ]);
    expect(read.routes).toEqual([{ channels: ['slack', 'email'] }]);
  });

  it.each(['SMTP_HOST', 'EMAIL_FROM', 'EMAIL_TO'])('without %s there is no email', async (missing) => {
    const server = { SMTP_HOST: 'mail.example', EMAIL_FROM: 'a@example.com', EMAIL_TO: 'b@example.com' };
    expect(shapeOf(await fromEnv({ ...server, [missing]: undefined }))).toEqual([['log', 'log', false]]);
  });
});

const GOOD = `channels:
  team: {type: slack, webhook_url: "\${HOOK}", mention: [U1]}
  mail:
    type: email
    host: \${MAIL_HOST:-mail.example}
    port: \${MAIL_PORT:-2525}
    from: plumbline@\${DOMAIN:-example.com}
    to: ["\${MAIL_TO}"]
  ours: {type: webhook, url: "https://example.com/\${PATH_PART:-in}", secret: "\${WEBHOOK_SECRET}"}
  pager: {type: pagerduty, routing_key: "\${PD_KEY}"}
  am: {type: alertmanager, url: "\${AM_URL:-}"}
  quiet: {type: log}
routes:
  - {severity: [critical], channels: [pager, team], continue: true}
  - {service: "pay*", labels: {team: pay}, channels: [mail]}
  - {channels: [quiet]}
`;
const ALL = { HOOK, MAIL_TO: 'ops@example.com', WEBHOOK_SECRET: SECRET, PD_KEY: SECRET, AM_URL: 'http://am:9093' };

describe('from a file', () => {
  it('opens every channel and keeps the routes in order', async () => {
    const read = await fromFile(GOOD, ALL);
    expect(shapeOf(read)).toEqual([
      ['team', 'slack', false],
      ['mail', 'email', false],
      ['ours', 'webhook', false],
      ['pager', 'pagerduty', false],
      ['am', 'alertmanager', false],
      ['quiet', 'log', false],
    ]);
    expect(read.routes).toEqual([
      { severity: ['critical'], channels: ['pager', 'team'], continue: true },
      { service: 'pay*', labels: { team: 'pay' }, channels: ['mail'] },
      { channels: ['quiet'] },
    ]);
    expect(read.lines).toEqual([]);
  });

  it.each([
    ['{type: alertmanager, url: "http://am:9093"}', 150_000],
    ['{type: alertmanager, url: "http://am:9093", resolve_timeout: "${UNSET}"}', 150_000],
    ['{type: alertmanager, url: "http://am:9093", resolve_timeout: 2m}', 60_000],
  ])('refreshes twice within resolve_timeout: %s', async (channel, everyMs) => {
    const { byName } = await fromFile(`channels: {am: ${channel}}`);
    expect(byName.get('am')).toMatchObject({ keepsState: true, refreshEveryMs: everyMs });
  });

  it.each(['30s', '2h', 'soon'])('refuses resolve_timeout: %s', async (value) => {
    const { text } = await refusalOf(
      `channels:\n  am: {type: alertmanager, url: "http://am:9093", resolve_timeout: ${value}}`,
    );
    expect(text).toContain('channels.am.resolve_timeout');
    expect(text).toContain('from 1m to 1h');
  });

  it('has priority over the environment', async () => {
    const read = await fromFile('channels: {only: {type: log}}', { SLACK_WEBHOOK_URL: HOOK });
    expect(shapeOf(read)).toEqual([['only', 'log', false]]);
    expect(read.routes).toEqual([{ channels: ['only'] }]);
  });

  it('a variable that is not set makes only its channel a dry run, with a warning', async () => {
    for (const [name, channel] of [
      ['HOOK', 'team'],
      ['MAIL_TO', 'mail'],
      ['WEBHOOK_SECRET', 'ours'],
      ['PD_KEY', 'pager'],
      ['AM_URL', 'am'],
    ] as const) {
      for (const value of [undefined, '']) {
        const read = await fromFile(GOOD, { ...ALL, [name]: value });
        expect([...read.byName.values()].filter(({ isDryRun }) => isDryRun).map((each) => each.name)).toEqual([
          channel,
        ]);
        expect(read.lines).toHaveLength(1);
        expect(read.lines[0]).toContain(`"channel":"${channel}"`);
      }
    }
  });

  it('a user name without its password makes mail a dry run', async () => {
    const mail = '{type: email, host: h, username: u, password: "${PW}", from: a@example.com, to: [b@example.com]}';
    const isDryRun = async (env: Env) =>
      (await fromFile(`channels: {mail: ${mail}}`, env)).byName.get('mail')?.isDryRun;
    expect([await isDryRun({}), await isDryRun({ PW: SECRET })]).toEqual([true, false]);
  });

  it('a dry run logs the message', async () => {
    const read = await fromFile(GOOD, { ...ALL, HOOK: undefined });
    expect(await read.byName.get('team')?.send(sampleMessage())).toEqual({ kind: 'sent' });
    expect(read.lines.at(-1)).toMatch(/^dry run: .*payments_api/);
  });

  it('a fallback replaces only a variable that is not set or is empty', async () => {
    const textOf = async (env: Env) => {
      const { byName } = await fromFile(
        'channels: {mail: {type: email, host: h, from: "${FROM:-a:-b@x.com}", to: [c@x.com]}}',
        env,
      );
      return JSON.stringify(byName.get('mail')?.render(sampleMessage()));
    };
    expect(await textOf({})).toContain('a:-b@x.com');
    expect(await textOf({ FROM: '' })).toContain('a:-b@x.com');
    expect(await textOf({ FROM: 'z@x.com' })).not.toContain('a:-b@x.com');
  });

  it('the value of a variable is not expanded again', async () => {
    const { byName } = await fromFile('channels: {"a": {type: email, host: h, from: "${FROM}", to: [c@x.com]}}', {
      FROM: '${HOOK}$&@x.com',
      HOOK: SECRET,
    });
    const text = JSON.stringify(byName.get('a')?.render(sampleMessage()));
    expect(text).toContain('${HOOK}$&@x.com');
    expect(text).not.toContain(SECRET);
  });

  it('an optional setting whose variable is not set is ignored', async () => {
    const text = 'channels:\n  p: {type: pagerduty, routing_key: k, url: "${PD_URL}"}\n';
    expect(shapeOf(await fromFile(text))).toEqual([['p', 'pagerduty', false]]);
    const mail =
      'channels:\n  m: {type: email, host: h, port: "${SMTP_PORT_X}", tls: "${TLS_X}", from: a@x.com, to: [b@x.com]}\n';
    expect(shapeOf(await fromFile(mail))).toEqual([['m', 'email', false]]);
  });

  it('an error names a missing file', async () => {
    const missing = join(directory, 'none.yaml');
    await expect(fromEnv({ CHANNELS_FILE: missing })).rejects.toThrow(
      `CHANNELS_FILE: ${missing} cannot be read (ENOENT)`,
    );
  });
});

describe('an invalid file', () => {
  it('reports each error with its line', async () => {
    const { lines, text } = await refusalOf(`channels:
  team:
    type: slack
    webhook_url: ftp://example.com
  mail:
    type: email
    host: h
    port: 99999
    from: a@x.com
    to: []
  odd:
    type: sms
routes:
  - channels: [team]
  - severity: [fatal]
    channels: [team]
`);
    expect(lines).toEqual([4, 8, 10, 12, 15]);
    expect(text).toContain('line 4: channels.team.webhook_url: must start with http:// or https://');
    expect(text).toContain('type must be slack, email, webhook, pagerduty, alertmanager or log');
  });

  it('reports a route to an unknown channel with its line and the known channels', async () => {
    const { lines, text } = await refusalOf(
      'channels:\n  team: {type: log}\nroutes:\n  - channels:\n      - team\n      - taem\n  - channels: [team]\n',
    );
    expect(lines).toEqual([6]);
    expect(text).toContain('routes.0.channels.1: no channel is called "taem"; there are team');
  });

  it('reports an unknown key with its line', async () => {
    const text = 'channels:\n  team:\n    type: slack\n    webhok_url: "${HOOK}"\nrouts:\n  - channels: [team]\n';
    const refused = await refusalOf(text, { HOOK });
    expect([...refused.lines].sort()).toEqual([4, 5]);
    expect(refused.text).toContain('webhok_url');
    expect(refused.text).toContain('routs');
  });

  it.each(['${HOOK', '${}', '${1A}', '${A-b}', '$${A B}'])('reports an invalid variable: %s', async (value) => {
    const { lines, text } = await refusalOf(`channels:\n  team:\n    type: webhook\n    secret: 'x${value}'\n`);
    expect(lines).toEqual([4]);
    expect(text).toContain('channels.team.secret: write ${NAME} or ${NAME:-fallback}');
  });

  it.each(['', '[]', 'hello', 'channels:\n', 'routes: []\n'])(
    'reports that there are no channels: %j',
    async (text) => {
      const refused = await refusalOf(text);
      expect(refused.lines.length).toBeGreaterThan(0);
      expect(refused.text).toContain('channels');
      expect(refused.text).not.toMatch(/: : /);
    },
  );

  it.each(['channels: [', 'channels:\n\t- a', 'a: 1\na: 2', 'channels: *nobody'])(
    'that is not YAML is refused with a line: %j',
    async (text) => {
      expect((await refusalOf(text)).lines.length).toBeGreaterThan(0);
    },
  );

  it('never shows a secret', async () => {
    const wrong = [
      'channels:\n  a: {type: slack, webhook_url: "${X}"}',
      'channels:\n  a: {type: "${X}"}',
      'channels:\n  a: {type: webhook, url: "${X}", secret: "${X}", extra: "${X}"}',
      'channels:\n  a: {type: email, host: h, port: "${X}", tls: "${X}", from: "${X}", to: "${X}"}',
      'channels:\n  a: {type: pagerduty, routing_key: k, url: "${X}"}',
      'channels:\n  a: {type: log}\nroutes:\n  - {severity: ["${X}"], continue: "${X}", channels: [a]}',
      'channels: "${X}"',
      `channels:\n  a: {type: webhook, secret: ${SECRET}, secret: ${SECRET}}`,
      `channels:\n  a: {type: webhook, secret: "${SECRET}}`,
      `channels:\n  a: {type: webhook, secret: @${SECRET}}`,
      `channels:\n  a: {type: slack, webhook_url: ftp://${SECRET}}`,
      `channels:\n  a: {type: webhook, secret: [${SECRET}]}`,
    ];
    for (const text of wrong) expect((await refusalOf(text, { X: SECRET })).text).not.toContain(SECRET);
  });
});
