import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Problem } from '../../api/problem.ts';
import { AppError, ERRORS, type ErrorCode } from '../../core/errors.ts';
import { describeError } from '../../core/format/describe-error.ts';
import { hideApiKeys } from '../../store/api-key.ts';
import { DatabaseUnavailable } from '../../store/database.ts';
import type { SchemaWatch } from '../../store/engine/schema-watch.ts';
import { isRetryable, isSqlError } from '../../store/sql-state.ts';
import { outdatedRefusal } from '../outdated.ts';
import { REQUEST_ID_HEADER } from '../request-id.ts';
import { validationError } from './validation-error.ts';

const PROBLEM_TYPE = 'application/problem+json';
const DATABASE_RETRY_SECONDS = 2;

/** What fastify itself refuses, in our words. */
const FASTIFY_ERRORS: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ['too_large', 'The body is over the limit: send it in smaller parts.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['unsupported_media_type', 'Send the body with Content-Type: application/json.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['invalid_request', 'The body is not as long as its Content-Length says.'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['invalid_json', 'The body is empty.'],
  FST_ERR_CTP_INVALID_JSON_BODY: ['invalid_json', 'The body is not valid JSON.'],
  FST_ERR_BAD_URL: ['invalid_request', 'The path is not a valid URL: a % must start an encoded byte of UTF-8.'],
  FST_ERR_NOT_FOUND: ['not_found', 'Nothing is served for this method; /docs lists what is.'],
  FST_ERR_MAX_PARAM_LENGTH: ['not_found', 'The path is too long to name anything here.'],
};

/** Turns whatever was thrown into a refusal of the table. What is not known becomes `internal`, and says nothing of its cause. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof DatabaseUnavailable) {
    const detail =
      'The database cannot serve this now. Send the request again: with the same Idempotency-Key nothing is stored twice.';
    return new AppError('database_unavailable', detail, { retryAfterSeconds: DATABASE_RETRY_SECONDS, cause: error });
  }
  if (isRetryable(error)) {
    const detail = 'Another request changed the same thing at the same time. Send this one again.';
    return new AppError('database_unavailable', detail, { retryAfterSeconds: DATABASE_RETRY_SECONDS, cause: error });
  }
  const { code, validation, validationContext, statusCode } = (error ?? {}) as Partial<FastifyError>;
  if (validation !== undefined) return validationError(validation, validationContext ?? 'body');
  const known = typeof code === 'string' ? FASTIFY_ERRORS[code] : undefined;
  if (known !== undefined) return new AppError(known[0], known[1]);
  if (statusCode === 400) return new AppError('invalid_request', 'The request cannot be read.');
  return new AppError(
    'internal',
    'Something went wrong here; the log of the service says what, under this request id.',
    { cause: error },
  );
}

/** A 5xx names its request, so that whoever reports it and whoever reads the log speak of the same one. */
export function toProblem(error: AppError, requestId: string): Problem {
  const { status, title } = ERRORS[error.code];
  const problem = { type: `urn:plumbline:error:${error.code}`, title, status, code: error.code, detail: error.message };
  return {
    ...problem,
    ...(error.errors !== undefined && { errors: error.errors }),
    ...(status >= 500 && { request_id: requestId }),
  };
}

/** The only place of this process that catches what a request threw. */
export function problemHandler(log: Logger, schema: SchemaWatch) {
  return (thrown: unknown, request: FastifyRequest, reply: FastifyReply): void | Promise<void> => {
    const error = toAppError(thrown);
    if (error.code !== 'internal') return sendProblem(reply, error);
    const { id, method } = request;
    log.error({ request_id: id, method, path: loggedPath(request), err: describeError(thrown) }, 'request failed');
    return isSqlError(thrown) ? refuseStatement(reply, error, schema) : sendProblem(reply, error);
  };
}

/** A statement can fail because a newer version has just changed its table. */
async function refuseStatement(reply: FastifyReply, error: AppError, schema: SchemaWatch): Promise<void> {
  await schema.check().catch(() => undefined);
  sendProblem(reply, outdatedRefusal(schema) ?? error);
}

/** As bytes, because fastify would add a charset to a text, and `application/problem+json` has none. */
function sendProblem(reply: FastifyReply, error: AppError): void {
  if (error.status === 401) reply.header('www-authenticate', 'Bearer realm="plumbline"');
  if (error.retryAfterSeconds !== undefined) reply.header('retry-after', String(error.retryAfterSeconds));
  // What is no valid URL has not passed the hook that sets it on all others.
  reply.header(REQUEST_ID_HEADER, reply.request.id);
  const body = Buffer.from(JSON.stringify(toProblem(error, reply.request.id)));
  void reply.code(error.status).header('content-type', PROBLEM_TYPE).send(body);
}

const SCHEME_AND_HOST = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i;

/** The path without its query. */
export function pathOf(request: FastifyRequest): string {
  return request.url.replace(SCHEME_AND_HOST, '').split('?', 1)[0] ?? '';
}

/** For logs: a query, or the address before a path, may hold what people did not mean to keep; a path, a key by mistake. */
export function loggedPath(request: FastifyRequest): string {
  return hideApiKeys(pathOf(request));
}

/** Answers what is too broken to become a request: it has a socket, but no reply. */
export function brokenRequestHandler(log: Logger) {
  return (error: Error & { code?: string; rawPacket?: unknown }, socket: Socket): void => {
    const isHead = Buffer.isBuffer(error.rawPacket) && error.rawPacket.subarray(0, 5).toString('latin1') === 'HEAD ';
    if (error.code === 'ECONNRESET') socket.destroySoon();
    else answerSocket(socket, brokenRequest(error.code), { requestId: randomUUID(), log, isHead });
  };
}

/** Refuses where there is no reply to do it with, and ends the connection. */
export function answerSocket(
  socket: Socket,
  error: AppError,
  { requestId, log, isHead = false }: { requestId: string; log: Logger; isHead?: boolean },
): void {
  log.debug(
    { request_id: requestId, status: error.status, code: error.code },
    'refused before the request had arrived',
  );
  if (socket.writable) {
    const problem = toProblem(error, requestId);
    const body = JSON.stringify(problem);
    const { retryAfterSeconds } = error;
    const head = [
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
      `Content-Type: ${PROBLEM_TYPE}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      `X-Request-Id: ${requestId}`,
      ...(retryAfterSeconds === undefined ? [] : [`Retry-After: ${retryAfterSeconds}`]),
      'Connection: close',
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n${isHead ? '' : body}`);
  }
  socket.destroySoon();
}

function brokenRequest(code: string | undefined): AppError {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new AppError('request_timeout', 'The request did not arrive in time.');
  if (code === 'HPE_HEADER_OVERFLOW') return new AppError('headers_too_large', 'The headers are over 16 KiB.');
  return new AppError('invalid_request', 'This is not a valid HTTP/1.1 request.');
}
