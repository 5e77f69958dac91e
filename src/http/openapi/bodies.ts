import { z } from 'zod';

/** In the schema of a route: the bodies that it takes beside JSON, as zod schemas by their media type. */
export const FURTHER_BODIES = 'x-further-bodies';
/** Marks an operation until the whole document is there: swagger knows only bodies of one schema, and calls them all required. */
export const BODIES = 'x-bodies';

type ToJson = (schema: z.ZodType) => object;

/** What swagger cannot say of the bodies of a route. */
export function bodiesOf(schema: { body?: unknown; [FURTHER_BODIES]?: Record<string, z.ZodType> }, toJson: ToJson) {
  const { body, [FURTHER_BODIES]: further = {} } = schema;
  return {
    required: !(body instanceof z.ZodType && body.safeParse(undefined).success),
    content: Object.fromEntries(Object.entries(further).map(([type, zod]) => [type, { schema: toJson(zod) }])),
  };
}

interface Operation {
  [BODIES]?: ReturnType<typeof bodiesOf>;
  [FURTHER_BODIES]?: unknown;
  requestBody?: { content: object; required?: boolean };
}

/** Puts into a document what `bodiesOf` said. */
export function withBodies<Document extends { paths?: object }>(document: Document): Document {
  for (const operation of Object.values(document.paths ?? {}).flatMap((path) => Object.values<Operation>(path))) {
    const { [BODIES]: bodies, requestBody } = operation;
    delete operation[BODIES];
    delete operation[FURTHER_BODIES];
    if (bodies === undefined || requestBody === undefined) continue;
    operation.requestBody = {
      ...requestBody,
      required: bodies.required,
      content: { ...requestBody.content, ...bodies.content },
    };
  }
  return document;
}
