import { gzipSync } from 'node:zlib';
import { type Rng, seededRng } from '../../src/core/stats/rng.ts';
import type { ApiDocument, Operation, Parameter } from './document.ts';
import { chance, NASTY, pick, Values, whole } from './values.ts';

/** A request of the fuzz, and the operation that it is for. */
export interface FuzzRequest {
  readonly operation: Operation;
  readonly kind: 'valid' | 'near' | 'garbage';
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
}

export interface RequestSource {
  readonly document: ApiDocument;
  readonly seed: number;
  readonly nowMs: number;
  /** The key of an administrator, and one that may only read. */
  readonly keys: readonly [admin: string, read: string];
}

interface Draft {
  method: string;
  path: Record<string, unknown>;
  query: [string, unknown][];
  headers: Record<string, string>;
  json: unknown;
  body: Buffer | undefined;
}

/** They take most of the time otherwise. */
const COSTLY = new Set(['predictCoherence', 'fetchSignals', 'fetchSignalsByGet', 'listEvents']);

/** The same seed and number give the same request. */
export function requestAt({ document, seed, nowMs, keys }: RequestSource, number: number): FuzzRequest {
  const rng = seededRng(`${seed} ${number}`);
  const values = new Values(rng, nowMs, document.resolve);
  const first = pick(rng, document.operations);
  const operation = COSTLY.has(first.operationId) && chance(rng, 0.9) ? pick(rng, document.operations) : first;
  const kind = pick(rng, ['valid', 'near', 'near', 'garbage'] as const);
  const draft = draftOf(operation, values, rng);
  draft.headers.authorization = `Bearer ${chance(rng, 0.95) ? keys[0] : pick(rng, [keys[1], 'pl_x', ''])}`;
  if (kind === 'near') for (let left = whole(rng, 1, 3); left > 0; left--) mutate(draft, rng);
  if (draft.json !== undefined && draft.body === undefined) draft.body = bodyOf(draft.json, draft.headers);
  if (kind === 'garbage') spoil(draft, rng);
  spareKey(operation, draft);
  return {
    operation,
    kind,
    method: draft.method,
    target: targetOf(operation, draft),
    headers: draft.headers,
    body: draft.body,
  };
}

function draftOf(operation: Operation, values: Values, rng: Rng): Draft {
  const draft: Draft = { method: operation.method, path: {}, query: [], headers: {}, json: undefined, body: undefined };
  for (const parameter of operation.parameters ?? []) addParameter(draft, parameter, values, rng);
  const { content = {}, required } = operation.requestBody ?? {};
  const types = Object.keys(content);
  if (types.length === 0 || (required === false && chance(rng, 0.4))) return draft;
  const type = chance(rng, 0.8) ? 'application/json' : pick(rng, types);
  const schema = content[type]?.schema ?? {};
  if (type === 'application/json') draft.json = values.draw(schema);
  draft.headers['content-type'] = type;
  if (type === 'application/x-ndjson') draft.body = linesOf(values.draw(content['application/json']?.schema ?? {}));
  if (type === 'multipart/form-data') draft.body = formOf(values.draw(schema) as object, draft.headers);
  return draft;
}

function addParameter(draft: Draft, { name, in: where, required, schema }: Parameter, values: Values, rng: Rng): void {
  if (required !== true && !chance(rng, 0.4)) return;
  const value = values.draw(schema, name);
  if (where === 'path') draft.path[name] = value;
  else if (where === 'query') draft.query.push([name, value]);
  else draft.headers[name.toLowerCase()] = String(value).replace(/[^\x20-\x7e]/g, '?') || 'x';
}

function bodyOf(json: unknown, headers: Record<string, string>): Buffer {
  headers['content-type'] ??= 'application/json';
  return Buffer.from(JSON.stringify(json) ?? 'null');
}

function linesOf(events: unknown): Buffer {
  return Buffer.from(
    [events]
      .flat()
      .map((event) => JSON.stringify(event))
      .join('\n'),
  );
}

function formOf(fields: object, headers: Record<string, string>): Buffer {
  const boundary = 'fuzz7d1b';
  headers['content-type'] = `multipart/form-data; boundary=${boundary}`;
  const parts = Object.entries({ ...fields, reference: 'a,b\n1,x\n2,y\n3,x\n', production: 'a,b\n4,x\n5,z\n' }).map(
    ([name, value]) => {
      const file = name === 'reference' || name === 'production' ? `; filename="${name}.csv"` : '';
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      return `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${file}\r\n\r\n${text}\r\n`;
    },
  );
  return Buffer.from(`${parts.join('')}--${boundary}--\r\n`);
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];
const TYPES = [
  'application/json',
  'text/plain',
  'application/x-ndjson',
  'multipart/form-data; boundary=x',
  'text/csv',
  'x',
  'application/json; charset=utf-16',
];
const HEADERS: readonly (readonly [string, readonly string[]])[] = [
  ['accept', ['*/*', 'text/csv', 'application/x-ndjson', 'text/html', 'image/*;q=0.1', ',;q=', 'application/json;q=0']],
  ['content-encoding', ['gzip', 'br', 'identity', 'gzip, gzip', 'x']],
  ['prefer', ['handling=strict', 'handling=lenient;', ';=']],
  ['idempotency-key', ['k1', 'k2', 'x'.repeat(300), ' ', '"q"']],
  ['origin', ['null', 'http://evil.example', 'http://localhost:5173']],
  ['x-request-id', ['r1', 'x'.repeat(500), '\u00e9']],
  ['if-none-match', ['*', '"x"']],
  ['range', ['bytes=0-1', 'bytes=-']],
  ['expect', ['100-continue']],
  ['host', ['evil.example', '', '127.0.0.1:99999']],
  ['x-forwarded-for', ['1.2.3.4']],
  ['authorization', ['Basic OnBsX3g=', 'Bearer', 'Basic %%%', 'Digest x', '\u00ff']],
  ['cookie', ['a=b; __proto__=c', '=;=']],
];

function mutate(draft: Draft, rng: Rng): void {
  const what = whole(rng, 0, 8);
  if (what <= 3 && draft.json !== undefined) draft.json = changed(draft.json, rng);
  else if (what <= 5 && draft.query.length > 0) mutateQuery(draft, rng);
  else if (what === 6) {
    const [name, choices] = pick(rng, HEADERS);
    draft.headers[name] = pick(rng, choices);
  } else if (what === 7 && Object.keys(draft.path).length > 0) {
    draft.path[pick(rng, Object.keys(draft.path))] = pick(rng, NASTY);
  } else if (what === 8 && chance(rng, 0.3)) draft.method = pick(rng, METHODS);
  else
    draft.query.push([pick(rng, ['_', 'limit', 'cursor', 'window', 'service', 'x[]', '__proto__']), pick(rng, NASTY)]);
}

function mutateQuery(draft: Draft, rng: Rng): void {
  const at = whole(rng, 0, draft.query.length - 1);
  const [name = ''] = draft.query[at] ?? [];
  if (chance(rng, 0.7)) draft.query[at] = [name, pick(rng, NASTY)];
  else if (chance(rng, 0.5)) draft.query.push([name, pick(rng, NASTY)]);
  else draft.query.splice(at, 1);
}

/** A copy in which one place is nasty, is missing, or is new. */
function changed(value: unknown, rng: Rng): unknown {
  if (chance(rng, 0.25) || typeof value !== 'object' || value === null) return pick(rng, NASTY);
  if (Array.isArray(value)) {
    const at = whole(rng, 0, Math.max(0, value.length - 1));
    return value.length === 0 ? [pick(rng, NASTY)] : value.with(at, changed(value[at], rng));
  }
  const names = Object.keys(value);
  const name = names.length === 0 || chance(rng, 0.1) ? 'further' : pick(rng, names);
  const { [name]: old, ...rest } = value as Record<string, unknown>;
  return chance(rng, 0.2) ? rest : { ...rest, [name]: changed(old, rng) };
}

/** Bytes that are hardly a body of anything. */
function spoil(draft: Draft, rng: Rng): void {
  const before = draft.body ?? Buffer.from('[{"ts":1,"service":"s","endpoint":"e"}]');
  const how = whole(rng, 0, 5);
  const at = whole(rng, 0, before.length);
  if (how === 0) draft.body = Buffer.from(Array.from({ length: whole(rng, 0, 200) }, () => whole(rng, 0, 255)));
  else if (how === 1) draft.body = before.subarray(0, at);
  else if (how === 2)
    draft.body = Buffer.concat([before.subarray(0, at), Buffer.from([whole(rng, 0, 255)]), before.subarray(at)]);
  else if (how === 3)
    draft.body = Buffer.from(pick(rng, ['[', '{"a":', '"\\ud800', '[1e999]', '\ufeff[]', 'null', '[,]', '{}{}']));
  else if (how === 4) draft.body = gzipSync(before).subarray(0, whole(rng, 5, 60));
  else draft.body = Buffer.from('['.repeat(whole(rng, 1, 50_000)));
  draft.headers['content-type'] = chance(rng, 0.6)
    ? (draft.headers['content-type'] ?? 'application/json')
    : pick(rng, TYPES);
  if (how === 4 || chance(rng, 0.1)) draft.headers['content-encoding'] = 'gzip';
}

/** The key of the fuzz itself, which has the id 1, must not be revoked. */
function spareKey({ operationId }: Operation, draft: Draft): void {
  if (operationId === 'revokeKey' && Number(draft.path.id) === 1) draft.path.id = 2;
}

function targetOf({ path }: Operation, { path: values, query }: Draft): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encoded(values[name]));
  const pairs = query.map(([name, value]) => `${encodeURIComponent(name)}=${encoded(value)}`);
  return pairs.length === 0 ? filled : `${filled}?${pairs.join('&')}`;
}

/** A text as it is, a list by commas, anything else as JSON; a lone surrogate is sent as bytes that are no UTF-8. */
function encoded(value: unknown): string {
  const text =
    typeof value === 'string' ? value : Array.isArray(value) ? value.join(',') : JSON.stringify(value ?? null);
  return text.isWellFormed() ? encodeURIComponent(text) : '%ED%A0%80';
}
