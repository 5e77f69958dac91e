/**
 * Whether a text has the form of a pattern, in which `*` stands for any characters, also none. Everything else stands for itself.
 *
 * @example matchesGlob('web *', 'web GET /cart') // true
 */
export function matchesGlob(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return text === pattern;
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
  // The leftmost place of each piece leaves most room for the next ones.
  let at = first.length;
  const end = text.length - last.length;
  for (const piece of rest) {
    const found = text.indexOf(piece, at);
    if (found < 0 || found + piece.length > end) return false;
    at = found + piece.length;
  }
  return true;
}
