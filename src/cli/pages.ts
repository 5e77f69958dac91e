import type { StreamEntry, StreamPage } from '../api/streams.ts';
import type { Api, ApiRequest } from './api.ts';

const PAGE_LIMIT = 1_000;

/** All pages of a list, one after the other. */
export async function* listPages<Page extends { readonly next: string | null }>(
  api: Api,
  path: string,
  query: ApiRequest['query'] = {},
): AsyncGenerator<Page> {
  let cursor: string | undefined;
  do {
    const page: Page = await api.json<Page>('GET', path, { query: { ...query, limit: PAGE_LIMIT, cursor } });
    yield page;
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
}

/** All streams, oldest first. */
export async function* listStreams(api: Api): AsyncGenerator<StreamEntry> {
  for await (const { streams } of listPages<StreamPage>(api, '/v1/streams')) yield* streams;
}
