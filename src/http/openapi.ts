import helmet from '@fastify/helmet';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { createJsonSchemaTransform } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { problem } from '../api/problem.ts';
import { accessOf } from './auth.ts';
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
}

const toJsonSchema = createJsonSchemaTransform({ zodToJsonConfig: { override: simplify } });
const { $schema: _, ...PROBLEM_SCHEMA } = z.toJSONSchema(problem, { override: simplify });

/** A refusal never passes a route's own serializer. */
const PROBLEM_CONTENT = { 'application/problem+json': { schema: PROBLEM_SCHEMA } };
/** Beside those that are listed one by one: refusals of what is no request of this route, or no HTTP. */
const OTHER_REFUSALS = { description: 'Refused, as RFC 9457 says', content: PROBLEM_CONTENT };

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
export function collectSchemas(app: FastifyInstance, version: string): void {
  app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Plumbline',
        version,
        description: 'Events in over HTTP, a truthful report out: does production still match what was tested?',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', description: 'A key of `plumbline keys create`' },
          apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
        },
      },
    },
    transform: (route) => {
      const described = describeRoute(toJsonSchema(route), route.route.method);
      return isOptional(route.schema?.body)
        ? { ...described, schema: { ...described.schema, [OPTIONAL_BODY]: true } }
        : described;
    },
    transformObject: (document) =>
      'openapiObject' in document ? withOptionalBodies(document.openapiObject) : document.swaggerObject,
  });
}

type Described = ReturnType<typeof toJsonSchema>;

function describeRoute({ schema, url }: Described, methods: string | readonly string[]): Described {
  const method = String([methods].flat()[0]);
  const security = accessOf(method, url) === 'public' ? [] : [{ bearer: [] }, { apiKey: [] }];
  const hasParameters = schema.querystring !== undefined || schema.params !== undefined;
  const refusals = [...refusalsOf({ method, url, hasParameters })].map(([status, codes]) => [
    status,
    { description: `Refused: ${codes.map((code) => `\`${code}\``).join(', ')}`, content: PROBLEM_CONTENT },
  ]);
  const response = {
    ...(schema.response as object | undefined),
    ...Object.fromEntries(refusals),
    '4xx': OTHER_REFUSALS,
    '5xx': OTHER_REFUSALS,
  };
  return { schema: { ...schema, security, response }, url };
}

function isOptional(body: unknown): boolean {
  return body instanceof z.ZodType && body.safeParse(undefined).success;
}

/** Marks an operation until the whole document is there: swagger calls every body required. */
const OPTIONAL_BODY = 'x-optional-body';

function withOptionalBodies<Document extends { readonly paths?: object | undefined }>(document: Document): Document {
  for (const operation of Object.values(document.paths ?? {}).flatMap((path) => Object.values<object>(path))) {
    if (!(OPTIONAL_BODY in operation && 'requestBody' in operation)) continue;
    delete operation[OPTIONAL_BODY];
    operation.requestBody = { ...(operation.requestBody as object), required: false };
  }
  return document;
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
