import { AppError, type ErrorCode, type FieldError } from './errors.ts';
import { storableText } from './text-schema.ts';

export interface StreamName {
  readonly service: string;
  readonly endpoint: string;
}

/** The stream in which Plumbline stores the signals that it fetches. */
export const SIGNAL_STREAM: StreamName = { service: 'darshan', endpoint: 'signals/summary' };

/** Whether Plumbline fills the stream itself, and no sender does. */
export function isOwnStream({ service, endpoint }: StreamName): boolean {
  return service === SIGNAL_STREAM.service && endpoint === SIGNAL_STREAM.endpoint;
}

/** The most characters that the name of a new stream has. Streams of longer names, from earlier versions, keep working. */
export const STREAM_NAME_LIMITS = { service: 200, endpoint: 400 } as const;
/** The most characters that any stream has, as the table of streams says. */
const LONGEST_STORED_NAME = 512;

/** As the schema of a request: all that a stored stream may be called, so that it is looked up before its length is judged. */
function nameSchema(field: keyof StreamName) {
  const max = STREAM_NAME_LIMITS[field];
  return storableText()
    .refine((text) => !hasMoreThan(LONGEST_STORED_NAME, text), tooLong(max))
    .meta({ maxLength: max, description: `The \`${field}\` of the events` });
}

export const streamNameFields = { service: nameSchema('service'), endpoint: nameSchema('endpoint') };

/**
 * What is too long in the name of a stream that does not exist yet.
 *
 * @returns one error for each name; its path is `service` or `endpoint`
 */
export function lengthErrors(name: StreamName): FieldError[] {
  return (['service', 'endpoint'] as const).flatMap((path) => {
    const max = STREAM_NAME_LIMITS[path];
    return hasMoreThan(max, name[path]) ? [{ path, message: tooLong(max) }] : [];
  });
}

/** @throws AppError of the given code, when the name is too long for a new stream */
export function assertNewName(name: StreamName, code: ErrorCode): void {
  const errors = lengthErrors(name);
  if (errors.length === 0) return;
  throw new AppError(code, `${errors.map(({ path, message }) => `${path}: ${message}`).join('; ')}.`, { errors });
}

function tooLong(max: number): string {
  return `is longer than ${max} characters`;
}

/** Characters, as Postgres counts them: a surrogate pair is one. */
function hasMoreThan(max: number, text: string): boolean {
  return text.length > max && [...text].length > max;
}
