import { Ajv, type ErrorObject } from 'ajv';

/** JSON Schema of one event. Other fields are stored unchanged. */
export const EVENT_SCHEMA = {
  type: 'object',
  required: ['ts', 'service', 'endpoint'],
  properties: {
    ts: { type: ['string', 'number'], description: 'ISO 8601 with a zone, or milliseconds since the Unix epoch' },
    service: { type: 'string', minLength: 1, maxLength: 200 },
    endpoint: { type: 'string', minLength: 1, maxLength: 400 },
    host: { type: ['string', 'null'], maxLength: 400 },
    id: {
      type: ['string', 'null'],
      minLength: 1,
      maxLength: 256,
      description: 'events with the same id are stored once',
    },
    request: { type: ['object', 'null'] },
    response: { type: ['object', 'null'] },
  },
  additionalProperties: true,
} as const;

export interface Event {
  readonly ts: string | number;
  readonly service: string;
  readonly endpoint: string;
  readonly id?: string | null;
  readonly [name: string]: unknown;
}

// No coercion: null is not 0 and "5" is not 5.
const isEvent = new Ajv({ allErrors: false, coerceTypes: false, strict: true, allowUnionTypes: true }).compile<Event>(
  EVENT_SCHEMA,
);

export interface EventFault {
  readonly code: string;
  readonly message: string;
}

/** Undefined when the value is an event; otherwise what is wrong with it. */
export function findFault(value: unknown): EventFault | undefined {
  if (isEvent(value)) return undefined;
  const error = isEvent.errors?.[0];
  return error === undefined ? { code: 'not_an_event', message: 'not an event' } : describe(error);
}

function describe(error: ErrorObject): EventFault {
  if (error.instancePath === '' && error.keyword === 'type') {
    return { code: 'not_an_object', message: 'an event must be a JSON object' };
  }
  if (error.keyword === 'required') {
    const name = String(error.params.missingProperty);
    return { code: `invalid_${name}`, message: `${name} is required` };
  }
  const name = error.instancePath.slice(1);
  return { code: `invalid_${name}`, message: `${name} ${error.message ?? 'is not valid'}` };
}
