import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readConfig } from '../src/config/config.ts';
import { emptyDatabase, withService } from './http/service.ts';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

interface ComposeService {
  readonly image?: string;
  readonly build?: string;
  readonly ports?: readonly string[];
  readonly healthcheck?: object;
  readonly read_only?: boolean;
  readonly tmpfs?: readonly string[];
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

const dockerfile = read('Dockerfile').replaceAll('\\\n', ' ');
const stages = dockerfile.split(/^(?=FROM )/m).slice(1);
const last = stages.at(-1) ?? '';
const of = (name: string, text: string) =>
  [...text.matchAll(new RegExp(`^ *${name} (.*)$`, 'gm'))].map(([, rest]) => rest ?? '');
const { services }: { services: Record<string, ComposeService> } = parse(read('docker-compose.yml'));
const workflow: { jobs: { check: { strategy: { matrix: { node: number[] } } } } } = parse(
  read('.github/workflows/ci.yml'),
);

describe('the Dockerfile', () => {
  it('pins one minor of Node, which the CI tests', () => {
    const bases = new Set(of('FROM', dockerfile).map((from) => from.split(' ')[0]));
    expect([...bases]).toEqual([expect.stringMatching(/^node:\d+\.\d+-slim$/)]);
    const [base = ''] = bases;
    expect(workflow.jobs.check.strategy.matrix.node).toContain(Number(/\d+/.exec(base)?.[0]));
  });

  it('has no development dependencies in what it runs', () => {
    const from = /^COPY --from=(\w+) \S*node_modules /m.exec(last)?.[1];
    const source = stages.find((stage) => stage.split('\n', 1)[0]?.endsWith(` AS ${from}`)) ?? '';
    expect(of('RUN', source)).toEqual([expect.stringMatching(/^npm ci --omit=dev /)]);
    expect(last).not.toMatch(/npm (ci|i|install)\b/);
  });

  it('runs as a user who is not root, whose number Kubernetes can see, and who owns nothing of /app', () => {
    expect(of('USER', last)).toEqual([expect.stringMatching(/^[1-9]\d*:[1-9]\d*$/)]);
    expect(last.slice(last.indexOf('USER '))).not.toMatch(/^(RUN|COPY|ADD) /m);
    expect(of('COPY', last).join()).not.toContain('--chown');
  });

  it('asks a path for its health that is served without a key', async () => {
    const path =
      /^HEALTHCHECK .*fetch\(`http:\/\/127\.0\.0\.1:\$\{process\.env\.PORT\}(\/\w+)`\)/m.exec(dockerfile)?.[1] ?? '';
    await app.ready();
    expect(app.hasRoute({ method: 'GET', url: path })).toBe(true);
    expect([401, 403, 404]).not.toContain((await app.inject({ url: path, remoteAddress: '203.0.113.1' })).statusCode);
  });

  it('copies only what .dockerignore lets through', () => {
    const allowed = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    const sources = of('COPY', dockerfile)
      .filter((copy) => !copy.startsWith('--from'))
      .flatMap((copy) => copy.split(' ').slice(0, -1));
    expect(new Set(sources)).toEqual(new Set(allowed));
  });
});

const { app } = withService(emptyDatabase);

describe('docker-compose.yml', () => {
  it.each(Object.entries(services))(
    '%s has an image with a version, and a health check',
    (_name, { image, build, healthcheck }) => {
      if (build === undefined) expect(image).toMatch(/^[\w/]+:\d+/);
      expect(healthcheck !== undefined || build === '.').toBe(true);
    },
  );

  it('publishes to this machine only, and no database', () => {
    const ports = Object.values(services).flatMap(({ ports = [] }) => ports);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
    expect(ports.join()).not.toContain('5432');
    expect(services.db?.ports).toBeUndefined();
  });

  it('gives the service nothing that it does not need', () => {
    expect(services.app).toMatchObject({
      read_only: true,
      tmpfs: ['/tmp'],
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
  });

  it('has the database that the service is told of', () => {
    const url = new URL(services.app?.environment.DATABASE_URL ?? '');
    const { POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB } = services.db?.environment ?? {};
    expect([url.hostname, url.username, url.password, url.pathname]).toEqual([
      'db',
      POSTGRES_USER,
      POSTGRES_PASSWORD,
      `/${POSTGRES_DB}`,
    ]);
  });
});

it('CI runs on the oldest Node that package.json takes, and on the two that are maintained', () => {
  const floor = Number(/\d+/.exec(JSON.parse(read('package.json')).engines.node)?.[0]);
  expect(workflow.jobs.check.strategy.matrix.node).toEqual([floor, 22, 24]);
});

describe('deploy/alerts.yaml', () => {
  const { groups }: { groups: { rules: { alert: string; expr: string }[] }[] } = parse(read('deploy/alerts.yaml'));
  const rules = groups.flatMap((group) => group.rules);
  const WORDS = new Set(
    'sum max by on group_left rate increase histogram_quantile time and le job route code status channel d m h'.split(
      ' ',
    ),
  );

  it.each(rules)('$alert reads metrics that /metrics has', async ({ expr }) => {
    const page = (await app.inject({ url: '/metrics' })).body;
    const known = new Set(
      [...page.matchAll(/^# TYPE (\w+) (\w+)$/gm)].flatMap(([, name, type]) => namesOf(name ?? '', type)),
    );
    const named = expr.replace(/\{[^}]*\}|\[\w+\]/g, '').match(/[a-z_]\w*/g) ?? [];
    const unknown = named.filter((name) => !WORDS.has(name) && name !== 'up' && !known.has(name));
    expect(unknown).toEqual([]);
  });

  it('is in docs/operations.md, alert by alert', () => {
    const page = read('docs/operations.md');
    const listed = [...page.matchAll(/`(Plumbline\w+)`/g)].map(([, name]) => name);
    expect(listed.sort()).toEqual(rules.map(({ alert }) => alert).sort());
  });
});

function namesOf(name: string, type: string | undefined): string[] {
  return type === 'histogram' ? [`${name}_bucket`, `${name}_count`, `${name}_sum`] : [name];
}

describe('deploy/nginx.conf', () => {
  const text = read('deploy/nginx.conf');

  it('lets the largest batch through, and gives idle connections up before the service does', () => {
    const { MAX_BODY_BYTES } = readConfig({});
    expect(Number(/^ {2}client_max_body_size (\d+)m;/m.exec(text)?.[1]) * 1024 * 1024).toBe(MAX_BODY_BYTES);
    expect(Number(/keepalive_timeout (\d+)s;/.exec(text)?.[1]) * 1000).toBeLessThan(app.server.keepAliveTimeout);
  });

  it('logs no query and no key', () => {
    const format = /log_format \w+ '([^']*)'/.exec(text)?.[1] ?? '';
    expect(format).toContain('$request_id');
    expect(format).not.toMatch(/\$(request|args|query_string|request_uri|http_\w+|remote_user)\b/);
  });
});
