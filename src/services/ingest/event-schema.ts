import { Ajv, type ErrorObject } from 'ajv';
import { lengthErrors, STREAM_NAME_LIMITS, type StreamName } from '../../core/stream-name.ts';

/** JSON Schema of one event. Other fields are stored unchanged. */
export const EVENT_SCHEMA = {
  type: 'object',
  required: ['ts', 'service', 'endpoint'],
  properties: {
    ts: { type: ['string', 'number'], description: 'ISO 8601 with a zone, or milliseconds since the Unix epoch' },
    service: { type: 'string', minLength: 1, maxLength: STREAM_NAME_LIMITS.service },
    endpoint: { type: 'string', minLength: 1, maxLength: STREAM_NAME_LIMITS.endpoint },
    host: { type: ['string', 'null'], maxLength: 400 },
    id: {
      type: ['string', 'null'],
      minLength: 1,
      maxLength: 256,
      description: 'events with the same id are stored once',
    },
    request: { type: ['object', 'null'], additionalProperties: true },
    response: {
      type: ['object', 'null'],
      additionalProperties: true,
      description: '`status` and `duration_ms` feed the service levels',
    },
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

/** The length of a stream's name is judged where it is known whether the stream exists: longer ones of earlier versions go on. */
const ANY_NAME = { type: 'string', minLength: 1 } as const;
const CHECKED_SCHEMA = {
  ...EVENT_SCHEMA,
  properties: { ...EVENT_SCHEMA.properties, service: ANY_NAME, endpoint: ANY_NAME },
};

// No coercion: null is not 0 and "5" is not 5.
const isEvent = new Ajv({ allErrors: false, coerceTypes: false, strict: true, allowUnionTypes: true }).compile<Event>(
  CHECKED_SCHEMA,
);

export interface EventFault {
  readonly code: string;
  readonly message: string;
}

/** Undefined when a new stream may have this name. */
export function findNameFault(name: StreamName): EventFault | undefined {
  const [error] = lengthErrors(name);
  return error && { code: `invalid_${error.path}`, message: `${error.path} ${error.message}` };
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
