import helmet from '@fastify/helmet';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { problem } from '../../api/problem.ts';
import type { Config } from '../../config/config.ts';
import { isTemporary } from '../../core/errors.ts';
import { accessOf } from '../auth.ts';
import { BODIES, bodiesOf, withBodies } from './bodies.ts';
import { withUsedSchemas } from './components.ts';
import { refusalsOf } from './refusals.ts';

/** Clients need to know neither that answers are readonly, which is for our types, nor that no answer has a further field. */
function simplify({
  zodSchema,
  jsonSchema,
}: {
  zodSchema: z.core.$ZodTypes;
  jsonSchema: z.core.JSONSchema.BaseSchema;
}) {
  delete jsonSchema.readOnly;
  const { def } = zodSchema._zod;
  if (def.type === 'object' && def.catchall === undefined) delete jsonSchema.additionalProperties;
  // A flag of a query is read from two texts; whoever writes it has a boolean.
  if (jsonSchema.type === 'boolean') delete jsonSchema.enum;
}

const zodToJsonConfig = { override: simplify };
const toJsonSchema = createJsonSchemaTransform({ zodToJsonConfig });
const addNamedSchemas = createJsonSchemaTransformObject({ zodToJsonConfig });

/** A refusal never passes a route's own serializer. */
const PROBLEM_CONTENT = {
  'application/problem+json': { schema: { $ref: `#/components/schemas/${z.globalRegistry.get(problem)?.id}` } },
};
const RETRY_AFTER = { 'Retry-After': { type: 'integer', description: 'Seconds until it is worth another try' } };
/** Beside those that are listed one by one: refusals of what is no request of this route, or no HTTP. */
const OTHER_REFUSALS = { description: 'Refused, as RFC 9457 says', content: PROBLEM_CONTENT };

const TAGS = [
  { name: 'events', description: 'What was observed: sending it, and reading it again' },
  { name: 'streams', description: 'What is watched: one service and endpoint each' },
  { name: 'reports', description: 'A window of a stream, compared with its reference' },
  { name: 'baselines', description: 'Frozen profiles to compare with' },
  { name: 'monitors', description: 'What is compared, how often, and whom to notify' },
  { name: 'incidents', description: 'Runs of failing reports, and what people do about them' },
  { name: 'notifications', description: 'The outbox and its channels' },
  { name: 'comparison', description: 'Two tables, without storing anything' },
  { name: 'coherence', description: 'Signals of an upstream, as the Coherence Engine served them' },
  { name: 'keys', description: 'API keys' },
  { name: 'health', description: 'The process and its database' },
];

/** Swagger UI is plain files of ours: nothing inline but the styles that it sets, nothing from elsewhere. */
const PAGE_POLICY = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'self'"],
    baseUri: ["'none'"],
    fontSrc: ["'self'", 'data:'],
    frameAncestors: ["'none'"],
    imgSrc: ["'self'", 'data:'],
    objectSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'", "'unsafe-inline'"],
  },
};

/** Collects the schemas of the routes that come after it. */
export function collectSchemas(app: FastifyInstance, version: string, { PUBLIC_URL: url = '/' }: Config): void {
  app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Plumbline',
        version,
        description: 'Events in over HTTP, a truthful report out: does production still match what was tested?',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url }],
      tags: TAGS,
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', description: 'A key of `plumbline keys create`' },
          apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
        },
      },
    },
    transform: (route) => describeRoute(toJsonSchema(route), route),
    transformObject: (document) => withUsedSchemas(withBodies(addNamedSchemas(document)) as object),
  });
}

type Route = Parameters<typeof toJsonSchema>[0];
type Described = ReturnType<typeof toJsonSchema>;

function describeRoute({ schema, url }: Described, { route, schema: given = {} }: Route): Described {
  const method = String([route.method].flat()[0]);
  const security = accessOf(method, url) === 'public' ? [] : [{ bearer: [] }, { apiKey: [] }];
  const hasParameters = schema.querystring !== undefined || schema.params !== undefined;
  const refusals = [...refusalsOf({ method, url, hasParameters })].map(([status, codes]) => [
    status,
    {
      description: `Refused: ${codes.map((code) => `\`${code}\``).join(', ')}`,
      content: PROBLEM_CONTENT,
      ...(codes.some(isTemporary) && { headers: RETRY_AFTER }),
    },
  ]);
  const response = {
    ...(schema.response as object | undefined),
    ...Object.fromEntries(refusals),
    '4xx': OTHER_REFUSALS,
    '5xx': OTHER_REFUSALS,
  };
  const described = { ...schema, security, response, [BODIES]: bodiesOf(given, toInputSchema) };
  return { schema: described, url };
}

function toInputSchema(schema: z.ZodType): object {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io: 'input', override: simplify, unrepresentable: 'any' });
  return json;
}

/** `/openapi.json`, and a page at `/docs`. helmet stays in this scope: elsewhere there is no page to protect. */
export function servePages(app: FastifyInstance): void {
  let document: string | undefined;
  app.get('/openapi.json', { schema: { hide: true } }, (_request, reply) => {
    document ??= JSON.stringify(app.swagger());
    return reply.type('application/json').send(document);
  });
  app.register(async (pages) => {
    await pages.register(helmet, { contentSecurityPolicy: PAGE_POLICY, strictTransportSecurity: false });
    await pages.register(swaggerUi, { routePrefix: '/docs', uiConfig: { deepLinking: true, tryItOutEnabled: true } });
  });
}
