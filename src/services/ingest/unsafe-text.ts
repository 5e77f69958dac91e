/**
 * Whether a string or a name in a JSON value has a NUL character or an unpaired surrogate. Postgres cannot store these in jsonb, so one
 * such event would break every later query of its window.
 *
 * @param depth - levels still to check; deeper values are refused by the depth limit
 */
export function hasUnsafeText(value: unknown, depth: number): boolean {
  if (typeof value === 'string') return isUnsafe(value);
  if (typeof value !== 'object' || value === null || depth === 0) return false;
  if (Array.isArray(value)) return value.some((element) => hasUnsafeText(element, depth - 1));
  return Object.entries(value).some(([name, inner]) => isUnsafe(name) || hasUnsafeText(inner, depth - 1));
}

function isUnsafe(text: string): boolean {
  return text.includes('\0') || !text.isWellFormed();
}
