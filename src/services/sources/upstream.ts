import type { Interval } from '../../core/time/window.ts';
import { requestPage, type Traffic, type Upstream, upstreamFailure } from './request-page.ts';
import { readSignalPage, type SignalPage } from './signal-page.ts';

const PAGE_SIZE = 500;
const MOST_PAGES = 100;

/** With a scheme or a host, or a path or query that has a `?`; everything else is a token. */
const IS_ADDRESS = /^(?:[a-z][a-z\d+.-]*:)?\/\/|^\/.*\?|^\?/i;

/**
 * The pages of `GET /signals/summary`, one after the other; at most a hundred, and the last one then still has a `nextPage`.
 *
 * @param span - asked for as start_ts and end_ts
 * @throws AppError `upstream_unavailable`; pages that came before were given
 */
export async function* readPages(upstream: Upstream, span: Interval, traffic: Traffic): AsyncGenerator<SignalPage> {
  const first = firstUrl(upstream, span);
  const asked = new Set<string>();
  let url = first;
  while (traffic.pages < MOST_PAGES) {
    asked.add(url.href);
    const page = readSignalPage(await requestPage(upstream, url, traffic));
    if (page === undefined)
      throw upstreamFailure(first, 'its answer has not the form {"data": [...], "next_page": ...}');
    traffic.pages++;
    yield page;
    if (page.nextPage === undefined) return;
    url = nextUrl(first, page.nextPage);
    if (asked.has(url.href)) throw upstreamFailure(first, 'its next_page leads back to a page that was read');
  }
}

function firstUrl({ baseUrl }: Upstream, span: Interval): URL {
  const url = new URL(baseUrl);
  if (url.username !== '' || url.password !== '') {
    throw upstreamFailure(url, 'DARSHAN_BASE_URL holds a user name or password; use DARSHAN_API_KEY');
  }
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/signals/summary`;
  url.searchParams.set('page_size', String(PAGE_SIZE));
  url.searchParams.set('start_ts', new Date(span.startMs).toISOString());
  url.searchParams.set('end_ts', new Date(span.endMs).toISOString());
  return url;
}

/** Always the same address with another query: whatever the upstream answers, the key goes nowhere else. */
function nextUrl(first: URL, next: string | number): URL {
  const url = new URL(first);
  if (typeof next !== 'string' || !IS_ADDRESS.test(next)) {
    url.searchParams.set('page', String(next));
    return url;
  }
  const target = URL.canParse(next, first.href) ? new URL(next, first.href) : undefined;
  if (target?.origin !== first.origin) throw upstreamFailure(first, 'its next_page is on another origin');
  for (const [name, value] of target.searchParams) url.searchParams.set(name, value);
  return url;
}
