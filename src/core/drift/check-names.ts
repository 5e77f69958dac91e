import { lastSegment } from '../profile/path.ts';
import type { TestName } from './test-name.ts';

/**
 * The name of each drift check: `<last segment>_<test>`, and the whole path instead where two names would be the same.
 *
 * @param reserved - names that are taken already
 * @returns names in the order of the checks, all different
 * @example nameChecks([{ feature: 'request.body.amount', test: 'ks' }], []) // ['amount_ks']
 */
export function nameChecks(
  checks: readonly { readonly feature: string; readonly test: TestName }[],
  reserved: readonly string[],
): string[] {
  const short = checks.map(({ feature, test }) => `${lastSegment(feature)}_${test}`);
  const whole = checks.map(({ feature, test }) => `${feature}_${test}`);
  let names = short;
  // A short name made long may meet another short one; every round makes at least one more name long.
  for (;;) {
    const uses = new Map<string, number>();
    for (const name of [...names, ...reserved]) uses.set(name, (uses.get(name) ?? 0) + 1);
    const next = names.map((name, i) => ((uses.get(name) ?? 0) > 1 ? (whole[i] as string) : name));
    if (next.every((name, i) => name === names[i])) return next;
    names = next;
  }
}
