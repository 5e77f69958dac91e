const PAIRS = [
  ['true', 'false'],
  ['yes', 'no'],
] as const;

/**
 * Names that are true and false, or yes and no, in any case; where a table has 1 and 0 beside them, those too.
 *
 * @param isKnown - whether the column is known to be boolean, so that 1 and 0 alone are true and false
 * @returns the one name for each; undefined when there is another name, or none
 * @example booleanNames(['True', 'FALSE', 'true'], false).get('True') // 'true'
 */
export function booleanNames(names: Iterable<string>, isKnown: boolean): ReadonlyMap<string, string> | undefined {
  const all = [...names];
  const found = PAIRS.find((words) => all.some((name) => words.some((word) => word === name.toLowerCase())));
  const pair = found ?? (isKnown && all.length > 0 ? PAIRS[0] : undefined);
  if (pair === undefined) return undefined;
  const words = new Map<string, string>([...pair.map((word) => [word, word] as const), ['1', pair[0]], ['0', pair[1]]]);
  const renamed = all.map((name) => [name, words.get(name.toLowerCase())] as const);
  return renamed.every((entry): entry is [string, string] => entry[1] !== undefined) ? new Map(renamed) : undefined;
}
