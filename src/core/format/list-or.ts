/**
 * Some names in a sentence.
 *
 * @example listOr(['bh', 'by', 'none']) // 'bh, by or none'
 */
export function listOr(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} or ${last}`;
}
