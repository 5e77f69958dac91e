import { LineCounter, parseDocument } from 'yaml';

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
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false });
  const lineAt = (offset: number) => lines.linePos(offset).line;
  const errors = document.errors.map((error) => ({ line: lineAt(error.pos[0]), message: error.message }));
  const lineOf = (path: readonly (string | number)[]): number => {
    for (let length = path.length; length >= 0; length--) {
      const line = lineOfNode(document, path.slice(0, length), lineAt);
      if (line !== undefined) return line;
    }
    return 1;
  };
  return { value: errors.length > 0 ? undefined : document.toJS({ maxAliasCount: 100 }), errors, lineOf };
}

type Parsed = ReturnType<typeof parseDocument>;

/** A key's own line, rather than that of its value, which may begin on the next. */
function lineOfNode(
  document: Parsed,
  path: readonly (string | number)[],
  lineAt: (offset: number) => number,
): number | undefined {
  const parent = path.length === 0 ? undefined : document.getIn(path.slice(0, -1), true);
  const key = pairsOf(parent).find(({ key: { value } }) => String(value) === String(path.at(-1)))?.key;
  const node = key ?? (document.getIn(path, true) as { range?: readonly number[] } | undefined);
  const offset = node?.range?.[0];
  return offset === undefined ? undefined : lineAt(offset);
}

function pairsOf(node: unknown): { key: { value: unknown; range?: readonly number[] } }[] {
  const items = (node as { items?: unknown } | undefined)?.items;
  if (!Array.isArray(items)) return [];
  return items.filter((item) => typeof item === 'object' && item !== null && 'key' in item && item.key !== null);
}

/** `/monitors/2/window` as a path: digits become numbers. */
export function pathOfPointer(pointer: string): (string | number)[] {
  return pointer
    .split('/')
    .filter((part) => part !== '')
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}
