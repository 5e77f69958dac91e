import { describe, expect, it } from 'vitest';
import { OPERATIONS_WITH_REFUSALS } from '../../../src/http/openapi/refusals.ts';
import { emptyDatabase, openService, withService } from '../service.ts';

interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly object[];
  readonly parameters?: readonly { name: string; in: string; required?: boolean; schema: Record<string, unknown> }[];
  readonly requestBody?: { required?: boolean; content: Record<string, { schema: Record<string, unknown> }> };
  readonly responses: Record<
    string,
    { description?: string; headers?: object; content?: Record<string, { schema: Record<string, unknown> }> }
  >;
}

const { app } = withService(emptyDatabase);
const PROBLEM = { $ref: '#/components/schemas/Problem' };

async function documentOf() {
  return (await app.inject('/openapi.json')).json<{
    openapi: string;
    info: { version: string };
    paths: Record<string, Record<string, Operation>>;
    servers: readonly { url: string }[];
    tags: readonly { name: string }[];
    components: { securitySchemes: object; schemas: Record<string, Schema> };
  }>();
}

type Schema = Readonly<Record<string, unknown>>;
type Document = Awaited<ReturnType<typeof documentOf>>;

/** What a reference stands for. */
function resolve({ components }: Document, schema: Schema | undefined): Schema | undefined {
  const name = /^#\/components\/schemas\/(\w+)$/.exec(String(schema?.$ref))?.[1];
  return name === undefined ? schema : components.schemas[name];
}

function operationsOf({ paths }: Document): [name: string, operation: Operation][] {
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]): [string, Operation] => [`${method} ${path}`, operation]),
  );
}

const ROUTES = [
  ...['metrics', 'predict', 'history'].map((name) => `get /coherence/${name}`),
  'post /coherence/history',
  'get /ingest/run',
  'post /ingest/run',
  'get /status',
  'get /v1/channels',
  'post /v1/channels/{channel}/test',
  'get /v1/notifications',
  'post /v1/notifications/replay',
  'get /v1/incidents',
  'get /v1/incidents/{id}',
  'get /v1/incidents/{id}/reports',
  ...['acknowledge', 'annotate', 'assign', 'reopen', 'resolve', 'silence', 'unacknowledge', 'unsilence'].map(
    (action) => `post /v1/incidents/{id}/${action}`,
  ),
  'get /v1/monitor-patterns',
  'get /v1/monitors',
  'post /v1/monitors',
  'post /v1/monitors/apply',
  'get /v1/monitors/{monitor}',
  'put /v1/monitors/{monitor}',
  'delete /v1/monitors/{monitor}',
  'get /v1/monitors/{monitor}/runs',
  'post /v1/monitors/{monitor}/pause',
  'post /v1/monitors/{monitor}/resume',
  'post /v1/monitors/{monitor}/run',
  'post /detect-drift',
  'get /',
  'get /health',
  'get /livez',
  'get /metrics',
  'get /readyz',
  'get /reports/latest',
  'get /v1/baselines',
  'post /v1/baselines',
  'post /v1/baselines/import',
  'get /v1/baselines/{baseline}',
  'delete /v1/baselines/{baseline}',
  'post /v1/baselines/{baseline}/activate',
  'get /v1/baselines/{baseline}/download',
  'get /v1/events',
  'post /v1/ingest',
  'get /v1/features',
  'get /v1/keys',
  'post /v1/keys',
  'delete /v1/keys/{id}',
  'post /v1/rebuild',
  'get /v1/reports',
  'get /v1/streams',
];

describe('/openapi.json', () => {
  it('is OpenAPI 3.1 and lists every route', async () => {
    const { openapi, info, paths, components } = await documentOf();
    const listed = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method} ${path}`),
    );
    expect(openapi).toBe('3.1.0');
    expect(info.version).toBe('1.2.3');
    expect(listed.sort()).toEqual([...ROUTES].sort());
    expect(Object.keys(components.securitySchemes)).toEqual(['bearer', 'apiKey']);
  });

  it('gives each a summary, a tag, answers with schemas, and the refusals', async () => {
    const { paths } = await documentOf();
    for (const [path, operations] of Object.entries(paths)) {
      for (const [method, operation] of Object.entries(operations)) {
        const name = `${method} ${path}`;
        expect(operation.summary, name).toMatch(/\w/);
        expect(operation.tags, name).toHaveLength(1);
        const success = Object.keys(operation.responses).find((status) => /^2\d\d$/.test(status));
        expect(success, name).toBeDefined();
        for (const status of ['4XX', '5XX']) {
          expect(operation.responses[status]?.content?.['application/problem+json']?.schema, name).toEqual(PROBLEM);
        }
        const isPublic = ['/', '/health', '/livez', '/readyz'].includes(path);
        expect(operation.security, name).toHaveLength(isPublic ? 0 : 2);
      }
    }
  });

  it('lists the status of each refusal, with its codes', async () => {
    const { paths } = await documentOf();
    const statusesOf = (path: string, method: string) =>
      Object.keys(paths[path]?.[method]?.responses ?? {}).filter((status) => /^[45]\d\d$/.test(status));
    expect(statusesOf('/livez', 'get')).toEqual([]);
    expect(statusesOf('/readyz', 'get')).toEqual(['503']);
    expect(statusesOf('/status', 'get')).toEqual(['401', '403', '503']);
    expect(statusesOf('/v1/streams', 'get')).toEqual(['400', '401', '403', '503']);
    expect(statusesOf('/reports/latest', 'get')).toEqual(['400', '401', '403', '404', '422', '503']);
    expect(statusesOf('/v1/ingest', 'post')).toEqual(['400', '401', '403', '408', '409', '413', '415', '422', '503']);
    expect(statusesOf('/v1/keys/{id}', 'delete')).toEqual([
      '400',
      '401',
      '403',
      '404',
      '408',
      '409',
      '413',
      '415',
      '503',
    ]);
    expect(statusesOf('/v1/channels/{channel}/test', 'post')).toContain('502');
    const refusal = paths['/v1/ingest']?.post?.responses['409'];
    expect(refusal?.description).toBe('Refused: `idempotency_in_flight`');
    expect(refusal?.content?.['application/problem+json']?.schema).toEqual(PROBLEM);
  });

  it('says which refusals an operation has, of operations that exist', () => {
    for (const operation of OPERATIONS_WITH_REFUSALS) {
      const [method = '', path = ''] = operation.split(' ');
      expect(ROUTES).toContain(`${method.toLowerCase()} ${path.replace(/:(\w+)/g, '{$1}')}`);
    }
  });

  it('requires a body only where there must be one', async () => {
    const { paths } = await documentOf();
    const bodies = Object.entries(paths).flatMap(([path, operations]) =>
      Object.entries(operations).flatMap(([method, { requestBody }]) =>
        requestBody === undefined ? [] : [[`${method} ${path}`, requestBody.required] as const],
      ),
    );
    const optional = bodies.filter(([, required]) => required !== true).map(([name]) => name);
    expect(optional.sort()).toEqual(
      [
        ...['acknowledge', 'unacknowledge', 'unsilence', 'resolve', 'reopen'].map(
          (action) => `post /v1/incidents/{id}/${action}`,
        ),
        'post /v1/monitors/{monitor}/run',
        'post /v1/notifications/replay',
      ].sort(),
    );
    expect((await app.inject('/openapi.json')).body).not.toMatch(/"x-\w+/);
  });

  it('describes parameters as they are written, not as they are read', async () => {
    const document = await documentOf();
    const { paths } = document;
    const parameters = paths['/reports/latest']?.get?.parameters ?? [];
    const byName = Object.fromEntries(parameters.map((parameter) => [parameter.name, parameter]));
    expect(byName.window_minutes?.schema).toMatchObject({ type: 'integer', minimum: 1, maximum: 43_200 });
    expect(byName.start?.schema).toMatchObject({ type: 'string', format: 'date-time' });
    expect(byName.policy?.schema).toMatchObject({ enum: ['calibrated', 'classic'] });
    expect(parameters.filter(({ required }) => required)).toEqual([]);
    const path = paths['/v1/baselines/{baseline}']?.get?.parameters ?? [];
    expect(path).toMatchObject([{ name: 'baseline', in: 'path', required: true }]);
    const body = paths['/v1/baselines']?.post?.requestBody?.content['application/json']?.schema;
    expect(resolve(document, body)).toMatchObject({ required: ['service', 'endpoint'] });
  });

  it('leaves answers open for more fields, and says of none that it is readonly', async () => {
    const document = await documentOf();
    const { paths, components } = document;
    const reference = paths['/v1/baselines']?.get?.responses['200']?.content?.['application/json']?.schema;
    const answer = resolve(document, reference);
    expect(answer).toMatchObject({ type: 'object', required: ['baselines', 'next'] });
    expect(answer).not.toHaveProperty('additionalProperties');
    expect((await app.inject('/openapi.json')).body).not.toContain('"readOnly"');
    expect(components.schemas.RunRequest).toMatchObject({ additionalProperties: false });
  });

  it('says how long a page is, and how long the name of a stream', async () => {
    const { paths } = await documentOf();
    const parameters = paths['/v1/events']?.get?.parameters ?? [];
    const byName = Object.fromEntries(parameters.map((parameter) => [parameter.name, parameter]));
    expect(byName.limit?.schema).toMatchObject({ type: 'integer', minimum: 1, maximum: 10_000 });
    expect(JSON.stringify(byName.limit)).toContain('1000 when not given');
    expect(byName.limit?.required ?? false).toBe(false);
    expect(byName.service?.schema).toMatchObject({ maxLength: 200 });
    expect(byName.endpoint?.schema).toMatchObject({ maxLength: 400 });
  });

  it('names each operation once, as a client calls it', async () => {
    const ids = operationsOf(await documentOf()).map(([, { operationId }]) => operationId);
    expect(ids).toContain('ingestEvents');
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z]+([A-Z][a-z]+)*$/);
  });

  it('describes each tag that it uses', async () => {
    const document = await documentOf();
    const used = new Set(operationsOf(document).flatMap(([, { tags = [] }]) => tags));
    expect(document.tags.map(({ name }) => name).sort()).toEqual([...used].sort());
  });

  it('names the schema of every JSON body and answer that is an object', async () => {
    const unnamed = operationsOf(await documentOf()).flatMap(([name, { requestBody, responses }]) => {
      const contents = [requestBody, ...Object.values(responses)].map((holder) => holder?.content);
      const schemas = contents.flatMap((content): Schema[] => {
        const schema = content?.['application/json']?.schema;
        return schema === undefined ? [] : [schema];
      });
      return schemas.some((schema) => schema.type === 'object') ? [name] : [];
    });
    expect(unnamed).toEqual([]);
  });

  it('says that an event may hold any field, and so may its request and response', async () => {
    const { components, paths } = await documentOf();
    expect(components.schemas.Event).toMatchObject({
      required: ['ts', 'service', 'endpoint'],
      additionalProperties: true,
      properties: { request: { additionalProperties: true }, response: { additionalProperties: true } },
    });
    expect(paths['/v1/ingest']?.post?.requestBody?.content).toMatchObject({
      'application/json': { schema: { type: 'array', items: { $ref: '#/components/schemas/Event' } } },
      'application/x-ndjson': { schema: { type: 'string' } },
    });
    expect(paths['/v1/ingest']?.post?.parameters?.map(({ name }) => name)).toEqual(['Idempotency-Key', 'Prefer']);
    expect(paths['/detect-drift']?.post?.requestBody?.content['multipart/form-data']?.schema).toMatchObject({
      properties: { reference: { format: 'binary' }, psi_threshold: { type: 'number' } },
      required: ['reference', 'production'],
    });
  });

  it('has booleans for flags, and enumerates only values of the type', async () => {
    const { paths } = await documentOf();
    const parameters = paths['/v1/baselines']?.get?.parameters ?? [];
    expect(parameters.find(({ name }) => name === 'active')?.schema).toEqual({ type: 'boolean' });
    const mixed: string[] = [];
    JSON.parse((await app.inject('/openapi.json')).body, (key, value) => {
      const types = [value?.type].flat();
      if (Array.isArray(value?.enum) && !value.enum.every((item: unknown) => types.includes(typeof item)))
        mixed.push(`${key}: ${JSON.stringify(value)}`);
      return value;
    });
    expect(mixed).toEqual([]);
  });

  it('lists Retry-After where a refusal passes by itself', async () => {
    for (const [name, { responses }] of operationsOf(await documentOf())) {
      for (const [status, { headers }] of Object.entries(responses)) {
        expect(headers !== undefined, `${name} ${status}`).toBe(status === '502' || status === '503');
      }
    }
  });

  it('is served where PUBLIC_URL says, else where the document is', async () => {
    expect((await documentOf()).servers).toEqual([{ url: '/' }]);
    const { app } = openService(emptyDatabase, { PUBLIC_URL: 'https://drift.example.com/plumbline' });
    const { servers } = (await app.inject('/openapi.json')).json<Document>();
    expect(servers).toEqual([{ url: 'https://drift.example.com/plumbline' }]);
  });

  it('holds only references that it resolves', async () => {
    const text = (await app.inject('/openapi.json')).body;
    const document = JSON.parse(text);
    for (const [, pointer = ''] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      const target = pointer.split('/').reduce((node, key) => node?.[key], document);
      expect(target, pointer).toBeDefined();
    }
    expect(text).not.toMatch(/PLACEHOLDER|"undefined"/);
  });
});

describe('/docs', () => {
  it('is a page that may load only what this service serves', async () => {
    const { app } = openService(emptyDatabase);
    const page = await app.inject('/docs/');
    expect(page.statusCode).toBe(200);
    const policy = String(page.headers['content-security-policy']);
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toMatch(/upgrade-insecure-requests|https?:|unsafe-eval/);
    expect(page.headers).toMatchObject({ 'x-frame-options': 'SAMEORIGIN', 'referrer-policy': 'no-referrer' });
    const scripts = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(
      ([, url]) => new URL(url ?? '', 'http://x/docs/'),
    );
    expect(scripts.length).toBeGreaterThan(3);
    for (const { host, pathname } of scripts) {
      expect(host).toBe('x');
      expect((await app.inject(pathname)).statusCode, pathname).toBe(200);
    }
    expect(page.body).not.toMatch(/<script>|onload=|style="/);
  });

  it('shows the same document', async () => {
    expect((await app.inject('/docs/json')).json()).toEqual((await app.inject('/openapi.json')).json());
  });
});
