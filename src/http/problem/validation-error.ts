import type { FastifySchemaValidationError } from 'fastify';
import { AppError, type ErrorCode, type FieldError } from '../../core/errors.ts';

const SHOWN_IN_DETAIL = 3;

interface PointedError extends FieldError {
  /** RFC 6901, as a fragment; only a body has places that one can point at. */
  readonly pointer?: string;
}

/**
 * A schema's complaints as one refusal: each by its path in `errors`, the first few in `detail`.
 * A schema may name its own refusal (see `refuse` in parameters.ts); else it is `invalid_request`.
 */
export function validationError(issues: readonly FastifySchemaValidationError[], where: string): AppError {
  const errors = issues.map((issue) => fieldError(issue, where));
  const shown = errors
    .slice(0, SHOWN_IN_DETAIL)
    .map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  const rest = errors.length - shown.length;
  const detail = `${shown.join('; ')}${rest > 0 ? `; and ${rest} more` : ''}.`;
  return new AppError(refusalOf(issues), detail, { errors });
}

function fieldError(issue: FastifySchemaValidationError, where: string): PointedError {
  const segments = issue.instancePath.split('/').filter((segment) => segment !== '');
  const error = { path: segments.join('.'), message: messageOf(issue, where) };
  return where === 'body' ? { ...error, pointer: `#${issue.instancePath === '/' ? '' : issue.instancePath}` } : error;
}

/** A missing body is validated as null, and the sender never wrote that. */
function messageOf({ instancePath, keyword, params, message }: FastifySchemaValidationError, where: string): string {
  if (where !== 'body' || instancePath !== '/' || keyword !== 'invalid_type') return message ?? 'is not valid';
  return `The body must be a JSON ${String(params.expected)}`;
}

function refusalOf(issues: readonly FastifySchemaValidationError[]): ErrorCode {
  for (const { params } of issues) {
    const refusal = (params as { params?: { refusal?: ErrorCode } }).params?.refusal;
    if (refusal !== undefined) return refusal;
  }
  return 'invalid_request';
}
