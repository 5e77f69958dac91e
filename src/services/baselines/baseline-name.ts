import { AppError } from '../../core/errors.ts';
import { isoTime } from '../../core/format/iso-time.ts';

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
const MAX_STREAM_CHARS = 80;

/** Service, endpoint and the time to the millisecond, in characters that a file name may have. */
export function baselineNameOf(stream: { readonly service: string; readonly endpoint: string }, ms: number): string {
  const words = `${stream.service}-${stream.endpoint}`.replace(/[^A-Za-z0-9]+/g, '-').replace(/^-+|-+$/g, '');
  const time = isoTime(ms).replace(/[-:]|Z$/g, '');
  return `${(words || 'baseline').slice(0, MAX_STREAM_CHARS)}-${time}`;
}

/** @throws AppError invalid_baseline */
export function assertBaselineName(name: string): void {
  if (NAME.test(name)) return;
  throw new AppError(
    'invalid_baseline',
    `"${name}" is not a valid baseline name: use letters, digits, ".", "_" and "-", and start with a letter or a digit`,
  );
}
