const STACK_LINES = 12;
const MESSAGE_LENGTH = 1_000;

export interface ErrorDescription {
  readonly type: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
  readonly cause?: ErrorDescription;
}

/**
 * What the log may say of an error. Not the error itself: a driver's error carries the statement's values,
 * and the embedded engine's stack is 20 KB of minified source.
 */
export function describeError(error: unknown, depth = 0): ErrorDescription {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error).slice(0, MESSAGE_LENGTH) };
  const code = (error as { code?: unknown }).code;
  return {
    type: error.name,
    message: error.message.slice(0, MESSAGE_LENGTH),
    ...(typeof code === 'string' && { code }),
    ...(error.stack !== undefined && { stack: framesOf(error.stack) }),
    ...(error.cause !== undefined && depth < 3 && { cause: describeError(error.cause, depth + 1) }),
  };
}

function framesOf(stack: string): string {
  const frames = stack.split('\n').filter((line) => line.startsWith('    at ') && line.length < 300);
  return frames.slice(0, STACK_LINES).join('\n');
}
