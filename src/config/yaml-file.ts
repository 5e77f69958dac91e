import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';

/** One thing wrong in a file, at its line. */
export interface FileError {
  readonly line: number;
  readonly message: string;
}

/** A YAML (or JSON) file: what it holds, and where each part of it stands. */
export interface YamlFile {
  readonly value: unknown;
  /** What makes it no YAML at all. */
  readonly errors: readonly FileError[];
  /** The line of a path, or of the nearest part of it that is there. */
  lineOf(path: readonly (string | number)[]): number;
}

/** Anchors and aliases are limited by the library, so that a small file cannot become a big one. */
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
    return { value: document.toJS({ maxAliasCount: MOST_ALIASES }), errors, lineOf };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { value: undefined, errors: [{ line: lineOfAlias(text, message), message }], lineOf };
  }
}

/** More would make a big thing of a small file. */
const MOST_ALIASES = 100;

/** The library says which alias it cannot resolve, not where it stands. */
function lineOfAlias(text: string, message: string): number {
  const name = /alias: (\S+)$|: (\S+)$/
    .exec(message)
    ?.slice(1)
    .find((part) => part !== undefined);
  const at = name === undefined ? -1 : text.indexOf(`*${name}`);
  return at < 0 ? 1 : text.slice(0, at).split('\n').length;
}

type Parsed = ReturnType<typeof parseDocument>;

/** Where a part of the document begins: at its key rather than its value, which may begin on the next line; or its nearest ancestor. */
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
