import type { Rng } from '../../src/core/stats/rng.ts';
import type { Schema } from './document.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What a name usually holds, so that a part of the requests meets what exists. */
const USUAL: Readonly<Record<string, readonly unknown[]>> = {
  service: ['shop', 'pay'],
  endpoint: ['GET /cart', 'POST /order'],
  baseline: ['first', '1', 'second'],
  monitor: ['m1', 'm2', '1', 'first'],
  channel: ['log'],
  id: ['1', '2', '3'],
  stream: [1, 2],
  name: ['m1', 'm2', 'm3', 'first', 'second'],
  signal: ['S001', 'S002'],
  window: ['1h', '30m', '24h', 3600],
  horizon: ['1h', '30m'],
  every: ['5m', '1h'],
  cron: ['0 * * * *'],
  zone: ['UTC', 'Europe/Berlin'],
  for: ['1h', 90],
  delay: ['10s'],
  repeat_interval: ['4h'],
  update_interval: ['15m'],
  dedup_window: ['1h'],
  channels: [['log']],
  tests: ['auto', ['ks'], 'ks', 'ks,psi'],
  cursor: ['MQ', 'MTAwMC4x', 'Mi4y', 'bnVsbA'],
  state: ['open', 'firing', 'pending,resolved'],
  severity: ['warning', 'critical'],
  scope: ['read', 'ingest'],
  from: ['22:00'],
  to: ['06:00'],
};
const WORDS = ['a', 'amount', 'x y', 'é', '🦀', '0', 'null', 'GET /cart', '%2f', '../..', "'; drop table streams; --"];

/** What breaks parsers, formats and databases. */
export const NASTY: readonly unknown[] = [
  null,
  true,
  '',
  ' ',
  0,
  -1,
  0.5,
  1e308,
  -1e308,
  5e-324,
  2 ** 31,
  2 ** 53,
  -(2 ** 63),
  '9'.repeat(400),
  'NaN',
  '1e999',
  '\0',
  'x\0y',
  '\ud800',
  '\u202e',
  '%',
  '%00',
  '__proto__',
  'constructor',
  'x'.repeat(513),
  'x'.repeat(20_000),
  '9999-12-31T23:59:59.999Z',
  '0000-01-01T00:00:00Z',
  '2026-02-30T00:00:00Z',
  '999999999d',
  [],
  [[]],
  {},
  { $ne: 1 },
  [null],
  nested(80),
  JSON.parse('{"__proto__":{"x":1},"constructor":{"prototype":{}}}'),
];

function nested(depth: number): unknown {
  return depth === 0 ? 1 : depth % 2 === 0 ? [nested(depth - 1)] : { a: nested(depth - 1) };
}

export function pick<T>(rng: Rng, items: readonly T[]): T {
  return items[Math.floor(rng.next() * items.length)] as T;
}

export function chance(rng: Rng, share: number): boolean {
  return rng.next() < share;
}

export function whole(rng: Rng, min: number, max: number): number {
  return min + Math.floor(rng.next() * (max - min + 1));
}

/** Draws values that a schema allows, now and then at its borders. */
export class Values {
  readonly #rng: Rng;
  readonly #nowMs: number;
  readonly #resolve: (schema: Schema) => Schema;

  constructor(rng: Rng, nowMs: number, resolve: (schema: Schema) => Schema) {
    this.#rng = rng;
    this.#nowMs = nowMs;
    this.#resolve = resolve;
  }

  /** @param name - of the field or parameter that it is for */
  draw(given: Schema, name = '', depth = 0): unknown {
    const schema = this.#resolve(given);
    const rng = this.#rng;
    for (const key of ['anyOf', 'oneOf'] as const) {
      if (Array.isArray(schema[key])) return this.draw(pick(rng, schema[key] as Schema[]), name, depth + 1);
    }
    if ('const' in schema) return schema.const;
    if (Array.isArray(schema.enum)) return pick(rng, schema.enum);
    if (schema.format === 'date-time') return this.#time();
    if (name === 'ts') return chance(rng, 0.5) ? this.#time() : this.#ms();
    const usual = USUAL[name];
    if (usual !== undefined && chance(rng, 0.9)) return pick(rng, usual);
    const type = pick(rng, [schema.type ?? 'any'].flat());
    if (type === 'object') return this.#object(schema, depth);
    if (type === 'array') return this.#array(schema, depth);
    return this.#scalar(String(type), schema, depth);
  }

  #object(schema: Schema, depth: number): object {
    const { properties = {}, required = [], additionalProperties: more } = schema;
    const names = Object.entries(properties as Record<string, Schema>).filter(
      ([key]) => (required as string[]).includes(key) || chance(this.#rng, depth > 6 ? 0.05 : 0.35),
    );
    const entries = names.map(([key, each]) => [key, this.draw(each, key, depth + 1)]);
    if (more !== undefined && more !== false && chance(this.#rng, 0.6)) {
      const each = more === true ? {} : (more as Schema);
      for (let left = whole(this.#rng, 1, 3); left > 0; left--)
        entries.push([pick(this.#rng, WORDS), this.draw(each, '', depth + 1)]);
    }
    return Object.fromEntries(entries);
  }

  #array(schema: Schema, depth: number): unknown[] {
    const {
      items = {},
      minItems = 0,
      maxItems = 1e9,
    } = schema as { items?: Schema; minItems?: number; maxItems?: number };
    const most = Math.min(maxItems, minItems + (depth > 4 ? 1 : 4));
    return Array.from({ length: whole(this.#rng, minItems, most) }, () => this.draw(items, '', depth + 1));
  }

  #scalar(type: string, schema: Schema, depth: number): unknown {
    const rng = this.#rng;
    const {
      minimum,
      maximum,
      exclusiveMinimum,
      exclusiveMaximum,
      minLength = 0,
      maxLength = 1e9,
    } = schema as Record<string, number>;
    if (type === 'null') return null;
    if (type === 'boolean') return chance(rng, 0.5);
    if (type === 'integer') {
      const low = minimum ?? -100;
      const high = Math.min(maximum ?? low + 1_000, Number.MAX_SAFE_INTEGER);
      return chance(rng, 0.1) ? pick(rng, [low, high]) : whole(rng, low, Math.min(high, low + 1_000));
    }
    if (type === 'number') {
      const low = minimum ?? exclusiveMinimum ?? -1_000;
      const high = maximum ?? exclusiveMaximum ?? low + 2_000;
      return low + (high - low) * (0.01 + 0.98 * rng.next());
    }
    if (type === 'string') {
      const text = Array.from({ length: whole(rng, 1, 3) }, () => pick(rng, WORDS)).join('');
      return text.padEnd(minLength, 'x').slice(0, maxLength);
    }
    if (depth > 6) return 1;
    return this.draw(
      { type: pick(rng, ['object', 'array', 'string', 'number', 'boolean', 'null']), additionalProperties: true },
      '',
      depth + 1,
    );
  }

  /** Mostly of the last hours, where the events are. */
  #ms(): number {
    const span = chance(this.#rng, 0.9) ? 2 * HOUR_MS : 400 * DAY_MS;
    return Math.floor(this.#nowMs - (this.#rng.next() - 0.02) * span);
  }

  #time(): string {
    return new Date(this.#ms()).toISOString();
  }
}
