/** Words of a path that name one thing, not a kind of thing: numbers, UUIDs, long hexadecimal. */
const IDENTIFIER = /^(\d+|[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{12,})$/i;
const EXTENSION = /\.([a-z][a-z0-9]{0,5})$/i;
const MAX_SEGMENT_CHARS = 60;

/**
 * The endpoint of a request in a web server's log: the method and the first two segments of the path. The query is left out, an
 * identifier becomes `:id`, and a file stands for its kind, so that a site of 10,000 pages gives a few hundred streams.
 *
 * @example endpointName('GET', '/images/web/2009/banner.png?v=2') // 'GET /images/web'
 * @example endpointName('GET', '/images/logo.png') // 'GET /images/*.png'
 */
export function endpointName(method: string, target: string): string {
  const segments = pathOf(target)
    .split('/')
    .filter((segment) => segment !== '');
  const named = segments.slice(0, 2).map((segment, i) => nameSegment(segment, i === segments.length - 1));
  return `${method} /${named.join('/')}`;
}

/** The path of a request target, without query, fragment, and (for a proxy's absolute form) without scheme and host. */
export function pathOf(target: string): string {
  return target.replace(/^https?:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, '') || '/';
}

function nameSegment(segment: string, isLast: boolean): string {
  if (IDENTIFIER.test(segment)) return ':id';
  const extension = isLast ? EXTENSION.exec(segment)?.[1] : undefined;
  return extension === undefined ? segment.slice(0, MAX_SEGMENT_CHARS) : `*.${extension.toLowerCase()}`;
}

/** Keeps the first `max` endpoints of a file; what comes later is `METHOD (other)`, so that a scan for holes makes no streams. */
export class EndpointCap {
  readonly #seen = new Set<string>();
  readonly #max: number;

  constructor(max = 300) {
    this.#max = max;
  }

  admit(endpoint: string): string {
    if (this.#seen.has(endpoint)) return endpoint;
    if (this.#seen.size >= this.#max) return `${endpoint.slice(0, endpoint.indexOf(' '))} (other)`;
    this.#seen.add(endpoint);
    return endpoint;
  }
}
