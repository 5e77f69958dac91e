import { isoTime } from '../../core/format/iso-time.ts';
import type { Interval } from '../../core/time/window.ts';
import { requestPage, type Traffic, type Upstream, upstreamFailure } from './request-page.ts';
import { readSignalPage, type SignalPage } from './signal-page.ts';

const PAGE_SIZE = 500;
const MAX_PAGES = 100;

/** Text with a scheme or a host, or a path or query with a `?`, is an address; other text is a token. */
const IS_ADDRESS = /^(?:[a-z][a-z\d+.-]*:)?\/\/|^\/.*\?|^\?/i;

/**
 * The pages of `GET /signals/summary`, one after the other, at most 100. If there are more, the last one still has a `nextPage`.
 *
 * @param interval - sent as start_ts and end_ts
 * @throws AppError `upstream_unavailable`, after it yielded the pages before the failure
 */
export async function* readPages(upstream: Upstream, interval: Interval, traffic: Traffic): AsyncGenerator<SignalPage> {
  const first = firstUrl(upstream, interval);
  const requested = new Set<string>();
  let url = first;
  while (traffic.pages < MAX_PAGES) {
    requested.add(url.href);
    const page = readSignalPage(await requestPage(upstream, url, traffic));
    if (page === undefined)
      throw upstreamFailure(first, 'its answer does not have the form {"data": [...], "next_page": ...}');
    traffic.pages++;
    yield page;
    if (page.nextPage === undefined) return;
    url = nextUrl(first, page.nextPage);
    if (requested.has(url.href)) throw upstreamFailure(first, 'its next_page points to a page that was already read');
  }
}

function firstUrl({ baseUrl }: Upstream, interval: Interval): URL {
  const url = new URL(baseUrl);
  if (url.username !== '' || url.password !== '') {
    throw upstreamFailure(url, 'DARSHAN_BASE_URL must not have a user name or password; use DARSHAN_API_KEY');
  }
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/signals/summary`;
  url.searchParams.set('page_size', String(PAGE_SIZE));
  url.searchParams.set('start_ts', isoTime(interval.startMs));
  url.searchParams.set('end_ts', isoTime(interval.endMs));
  return url;
}

/** Only the query changes, never the address: so an answer of the upstream cannot send the key to another server. */
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
