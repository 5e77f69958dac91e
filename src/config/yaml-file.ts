import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { reasonOf } from '../core/format/reason-of.ts';

/** One error in a file, with its line. */
export interface FileError {
  readonly line: number;
  readonly message: string;
}

/** A parsed YAML or JSON file, with the line of each part. */
export interface YamlFile {
  readonly value: unknown;
  /** Syntax errors. */
  readonly errors: readonly FileError[];
  /** The line of a path, or of its nearest ancestor that exists. */
  lineOf(path: readonly (string | number)[]): number;
}

const MAX_ALIASES = 100;

/** The number of aliases is limited, so that a small file cannot expand to a huge value. */
export function readYaml(text: string): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    uniqueKeys: true,
    prettyErrors: false,
    logLevel: 'error',
  });
  const lineAt = (offset: number) => lines.linePos(offset).line;
  const errors = document.errors.map((error) => ({ line: lineAt(error.pos[0]), message: error.message }));
  const lineOf = (path: readonly (string | number)[]) => lineAt(offsetOf(document, path));
  if (errors.length > 0) return { value: undefined, errors, lineOf };
  try {
    return { value: document.toJS({ maxAliasCount: MAX_ALIASES }), errors, lineOf };
  } catch (error) {
    const message = reasonOf(error);
    return { value: undefined, errors: [{ line: lineOfAlias(text, message), message }], lineOf };
  }
}

/** The library names the alias that it cannot resolve, but not its line. */
function lineOfAlias(text: string, message: string): number {
  const name = /alias: (\S+)$|: (\S+)$/
    .exec(message)
    ?.slice(1)
    .find((part) => part !== undefined);
  const at = name === undefined ? -1 : text.indexOf(`*${name}`);
  return at < 0 ? 1 : text.slice(0, at).split('\n').length;
}

type Parsed = ReturnType<typeof parseDocument>;

/** The offset of a part of the document: of its key, because the value may be on the next line. Or the offset of its nearest ancestor. */
function offsetOf(document: Parsed, path: readonly (string | number)[]): number {
  let node: unknown = document.contents;
  let offset = (node as { range?: readonly number[] } | null)?.range?.[0] ?? 0;
  for (const part of path) {
    const at = isAlias(node) ? node.resolve(document) : node;
    if (isMap(at)) {
      const pair = at.items.find(({ key }) => String(isScalar(key) ? key.value : key) === String(part));
      if (pair === undefined) return offset;
      offset = (pair.key as { range?: readonly number[] }).range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(at)) {
      node = at.items[Number(part)];
      offset = (node as { range?: readonly number[] } | undefined)?.range?.[0] ?? offset;
    } else return offset;
  }
  return offset;
}

/** RFC 6901: `/monitors/2/features/a~1b`. */
export function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

export function pathOfPointer(pointer: string): string[] {
  const parts = pointer.split('/').slice(1);
  return parts.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}
