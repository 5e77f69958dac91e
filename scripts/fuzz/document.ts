import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

export type Schema = Readonly<Record<string, unknown>>;

export interface Parameter {
  readonly name: string;
  readonly in: 'query' | 'path' | 'header';
  readonly required?: boolean;
  readonly schema: Schema;
}

interface Content {
  readonly [mediaType: string]: { readonly schema: Schema };
}

interface Response {
  readonly description: string;
  readonly content?: Content;
}

/** An operation of the document, with its place. */
export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required?: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, Response>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** What the service says of itself, and whether its answers are so. */
export interface ApiDocument {
  readonly operations: readonly Operation[];
  resolve(schema: Schema): Schema;
  /** What is wrong with an answer; undefined when it is as described. */
  faultOf(operation: Operation, answer: Answer): string | undefined;
}

/** Refusals of what is no request of a route, or no HTTP: no operation lists them. */
const BEFORE_A_ROUTE = new Set([
  'invalid_request',
  'not_found',
  'method_not_allowed',
  'request_timeout',
  'headers_too_large',
]);
const RETRY_LATER = new Set([502, 503]);

export function readDocument(text: string): ApiDocument {
  const document = JSON.parse(text) as {
    paths: Record<string, Record<string, Operation>>;
    components: { schemas: object };
  };
  const ajv = new Ajv2020({ strict: false, validateFormats: false, validateSchema: false });
  ajv.addSchema(document, 'api');
  const validators = new Map<string, ValidateFunction>();
  const validatorOf = (pointer: string): ValidateFunction => {
    const found = validators.get(pointer) ?? ajv.compile({ $ref: `api#${pointer}` });
    validators.set(pointer, found);
    return found;
  };
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ ...operation, method: method.toUpperCase(), path })),
  );
  return {
    operations,
    resolve: (schema) => {
      const name = /^#\/components\/schemas\/(.+)$/.exec(String(schema.$ref))?.[1];
      return name === undefined ? schema : ((document.components.schemas as Record<string, Schema>)[name] ?? {});
    },
    faultOf: (operation, answer) => statusFault(operation, answer) ?? bodyFault(operation, answer, validatorOf),
  };
}

function statusFault({ responses }: Operation, { status, headers, body }: Answer): string | undefined {
  if (RETRY_LATER.has(status) && !/^\d+$/.test(String(headers['retry-after']))) return `${status} without Retry-After`;
  if (status in responses && status < 400) return undefined;
  if (status < 400 || status > 599) return `status ${status} is not listed`;
  const code = codeOf(body);
  const listed = responses[status]?.description ?? '';
  if (listed.includes(`\`${code}\``)) return undefined;
  return status < 500 && BEFORE_A_ROUTE.has(code) ? undefined : `${status} \`${code}\` is not listed`;
}

function codeOf(body: Buffer): string {
  try {
    return String(JSON.parse(body.toString()).code);
  } catch {
    return 'no problem+json';
  }
}

function bodyFault(
  { path, method, responses }: Operation,
  { status, headers, body }: Answer,
  validatorOf: (pointer: string) => ValidateFunction,
): string | undefined {
  const key = status in responses ? String(status) : `${Math.floor(status / 100)}XX`;
  const { content } = responses[key] ?? {};
  if (content === undefined) return body.length === 0 ? undefined : `${status} has a body, and none is described`;
  const type = String(headers['content-type']).split(';')[0]?.trim() ?? '';
  if (!(type in content)) return `${status} is ${type}, which is not described`;
  if (!/[/+]json$/.test(type)) return undefined;
  const pointer = ['', 'paths', path, method.toLowerCase(), 'responses', key, 'content', type, 'schema']
    .map(escaped)
    .join('/');
  const validate = validatorOf(pointer);
  let value: unknown;
  try {
    value = JSON.parse(body.toString());
  } catch {
    return `${status} is not JSON`;
  }
  if (validate(value)) return undefined;
  const [error] = validate.errors ?? [];
  return `${status} is not as described: ${error?.instancePath} ${error?.message}`;
}

function escaped(part: string): string {
  return encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));
}
