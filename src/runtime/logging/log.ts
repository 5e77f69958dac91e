import pino, { type DestinationStream, type LevelWithSilent, type Logger } from 'pino';
import { describeError } from '../../core/format/describe-error.ts';

/** The log of a process: an entry a line, as JSON, with its time in ISO 8601 (UTC) and its level by name. Without a destination, on stdout. */
export function openLog(level: LevelWithSilent, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    // pino's own would take the description of an error for an error, and lose its type, code and cause.
    serializers: { err: (error: unknown) => (error instanceof Error ? describeError(error) : error) },
    formatters: { level: (name: string) => ({ level: name }) },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}
