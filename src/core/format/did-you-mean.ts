const MOST_EDITS = 2;

/**
 * The known name that was probably meant: an edit or two away (and at most half of its letters), whatever the case, or longer by a word.
 *
 * @example closestName('SLO_P95_MX', ['SLO_P95_MAX', 'PORT']) // 'SLO_P95_MAX'
 */
export function closestName(name: string, known: readonly string[]): string | undefined {
  const wanted = name.toLowerCase();
  const near = known
    .map((each) => ({ each, edits: distance(wanted, each.toLowerCase()) }))
    .filter(({ each, edits }) => edits <= MOST_EDITS && edits * 2 <= each.length)
    .sort((a, b) => a.edits - b.edits);
  return near[0]?.each ?? known.find((each) => each.toLowerCase().startsWith(`${wanted}_`));
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
