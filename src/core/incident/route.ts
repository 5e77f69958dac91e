import type { Severity } from './severity.ts';

/** Which messages go to which channels. */
export interface Route {
  readonly severity?: readonly Severity[] | undefined;
  /** Patterns: `*` stands for any text. */
  readonly service?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly monitor?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly channels: readonly string[];
  /** Look at the next routes too. */
  readonly continue?: boolean | undefined;
}

export interface RouteTarget {
  readonly severity: Severity;
  readonly service: string;
  readonly endpoint: string;
  readonly monitor: string;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * The channels of the first route that matches, and of further ones while those that match say `continue`. Each once.
 *
 * @example chooseChannels([{ severity: ['critical'], channels: ['pager'] }], target)
 */
export function chooseChannels(routes: readonly Route[], target: RouteTarget): string[] {
  const chosen = new Set<string>();
  for (const route of routes) {
    if (!matches(route, target)) continue;
    for (const channel of route.channels) chosen.add(channel);
    if (route.continue !== true) break;
  }
  return [...chosen];
}

function matches(route: Route, target: RouteTarget): boolean {
  if (route.severity !== undefined && !route.severity.includes(target.severity)) return false;
  for (const name of ['service', 'endpoint', 'monitor'] as const) {
    const pattern = route[name];
    if (pattern !== undefined && !matchesPattern(pattern, target[name])) return false;
  }
  return Object.entries(route.labels ?? {}).every(([name, pattern]) =>
    matchesPattern(pattern, target.labels[name] ?? ''),
  );
}

/** Part by part from the left, the last one at the end: linear, whatever the pattern. */
function matchesPattern(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return text === pattern;
  if (!text.startsWith(first) || !text.endsWith(last)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= text.length - last.length;
}
