const COMPONENTS = '#/components/schemas/';
/** What fastify-type-provider-zod ends the name of a schema with, where it is that of a request: defaults are optional there. */
const INPUT = 'Input';

type Schemas = Readonly<Record<string, object>>;

/** Keeps the named schemas that a document refers to. Those of requests lose the ending where nothing else has the plain name. */
export function withUsedSchemas(document: { components?: { schemas?: Schemas } }): object {
  const { components: { schemas = {}, ...components } = {}, ...rest } = document;
  const used = pick(schemas, rest);
  const names = new Map(Object.keys(used).map((name) => [name, shortName(name, used)]));
  const entries = Object.entries(used).map(([name, schema]) => [names.get(name) ?? name, schema] as const);
  const sorted = Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  return renameReferences({ ...rest, components: { ...components, schemas: sorted } }, names);
}

/** With what they refer to in turn. */
function pick(schemas: Schemas, from: object, picked: Record<string, object> = {}): Schemas {
  for (const [, name = ''] of JSON.stringify(from).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)) {
    const schema = schemas[name];
    if (schema === undefined || name in picked) continue;
    picked[name] = schema;
    pick(schemas, schema, picked);
  }
  return picked;
}

function shortName(name: string, used: Schemas): string {
  const plain = name.slice(0, -INPUT.length);
  if (!name.endsWith(INPUT)) return name;
  const ofAnswer = used[plain];
  return ofAnswer === undefined || JSON.stringify(ofAnswer) === JSON.stringify(used[name]) ? plain : name;
}

function renameReferences(value: object, names: ReadonlyMap<string, string>): object {
  return JSON.parse(JSON.stringify(value), (key, entry) => {
    if (key !== '$ref') return entry;
    const name = String(entry).slice(COMPONENTS.length);
    return `${COMPONENTS}${names.get(name) ?? name}`;
  });
}
