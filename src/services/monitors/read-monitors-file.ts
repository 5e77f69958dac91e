import { type FileError, pathOfPointer, readYaml } from '../../config/yaml-file.ts';
import type { FieldError } from '../../core/errors.ts';

/** Monitors as they stand in a file: under `monitors:`, or a list by itself. */
export interface MonitorsFile {
  readonly documents: readonly unknown[];
  /** What is wrong with the file as a whole. */
  readonly errors: readonly FileError[];
  /** An error of a monitor, with its line. */
  atLine(error: FieldError): FileError;
}

export function readMonitorsFile(text: string): MonitorsFile {
  const file = readYaml(text);
  const isBare = Array.isArray(file.value);
  const monitors = isBare ? file.value : (file.value as { monitors?: unknown } | null | undefined)?.monitors;
  const atLine = ({ path, message }: FieldError): FileError => {
    const at = pathOfPointer(path);
    return {
      line: file.lineOf(isBare ? at.slice(1) : at),
      message: `${at.join('.')}: ${message}`,
    };
  };
  const isMap = typeof file.value === 'object' && file.value !== null && !isBare;
  const extra = isMap ? Object.keys(file.value as object).filter((key) => key !== 'monitors') : [];
  const errors = [
    ...file.errors,
    ...extra.map((key) => ({
      line: file.lineOf([key]),
      message: `unknown setting "${key}"; monitors are listed under monitors:`,
    })),
  ];
  if (Array.isArray(monitors)) return { documents: monitors, errors, atLine };
  const hint = { line: 1, message: 'list monitors under monitors:, each with name, stream, window and every' };
  return { documents: [], errors: file.errors.length > 0 ? file.errors : [...errors, hint], atLine };
}
