/** Parts of a path that are identifiers: numbers, UUIDs, long hexadecimal numbers. */
const IDENTIFIER = /^(\d+|[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{12,})$/i;
const EXTENSION = /\.([a-z][a-z0-9]{0,5})$/i;
const MAX_SEGMENT_CHARS = 60;

/**
 * The endpoint of a request in an access log: the method and the first two segments of the path. The query is left out, an identifier
 * becomes `:id` and a file becomes `*.extension`, so that a site with 10,000 pages gives a few hundred streams.
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

/** The path of a request target, without query and fragment, and without scheme and host if it is a full URL. */
export function pathOf(target: string): string {
  return target.replace(/^https?:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, '') || '/';
}

function nameSegment(segment: string, isLast: boolean): string {
  if (IDENTIFIER.test(segment)) return ':id';
  const extension = isLast ? EXTENSION.exec(segment)?.[1] : undefined;
  return extension === undefined ? segment.slice(0, MAX_SEGMENT_CHARS) : `*.${extension.toLowerCase()}`;
}

/** Limits the endpoints of a file: after the first `max`, new ones become `METHOD (other)`, so that a scanner does not create streams. */
export class EndpointLimit {
  readonly #seen = new Set<string>();
  readonly #max: number;

  constructor(max = 300) {
    this.#max = max;
  }

  limit(endpoint: string): string {
    if (this.#seen.has(endpoint)) return endpoint;
    if (this.#seen.size >= this.#max) return `${endpoint.slice(0, endpoint.indexOf(' '))} (other)`;
    this.#seen.add(endpoint);
    return endpoint;
  }
}
