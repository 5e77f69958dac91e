/**
 * An int8, which both engines send as text, as a number.
 *
 * @throws RangeError beyond ±(2^53 − 1), where a number of JSON is not exact
 */
export function parseInt8(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  throw new RangeError(
    `The database returned ${text}, which is beyond 2^53 - 1 and would change in JSON. Ids of a distributed Postgres can be that large: docs/scaling.md.`,
  );
}
