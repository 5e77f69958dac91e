import { FeatureIndex } from '../../core/profile/leaves.ts';
import type { FeatureRules } from '../../core/profile/rules.ts';
import type { StreamName } from '../../core/stream-name.ts';
import type { Database } from '../../store/database.ts';
import { countStreams, findStream, getOrCreateStream, listFeaturePaths } from '../../store/streams.ts';
import { type EventFault, findNameFault } from './event-schema.ts';

/** A stream in memory: its id, the features seen so far, and the new features that no commit has stored yet. */
export interface OpenStream {
  readonly id: number;
  readonly features: FeatureIndex;
  readonly unsavedPaths: Set<string>;
}

/** A cache of the streams that this process has seen. Ids and features are stored in the database. */
export class StreamRegistry {
  readonly #db: Database;
  readonly #rules: FeatureRules;
  readonly #maxStreams: number;
  readonly #open = new Map<string, Map<string, OpenStream>>();

  constructor(db: Database, rules: FeatureRules, maxStreams: number) {
    this.#db = db;
    this.#rules = rules;
    this.#maxStreams = maxStreams;
  }

  find(service: string, endpoint: string): OpenStream | undefined {
    return this.#open.get(service)?.get(endpoint);
  }

  /** Opens a stream, and creates it in the database if it is new, its name is not too long, and the limit on streams is not reached. */
  async open({ service, endpoint }: StreamName): Promise<OpenStream | EventFault> {
    const stream =
      (await findStream(this.#db, service, endpoint)) ??
      findNameFault({ service, endpoint }) ??
      (await this.#findLimitFault()) ??
      (await getOrCreateStream(this.#db, service, endpoint));
    if ('code' in stream) return stream;
    const paths = await listFeaturePaths(this.#db, stream.id);
    return this.find(service, endpoint) ?? this.#remember(service, endpoint, stream.id, paths);
  }

  async #findLimitFault(): Promise<EventFault | undefined> {
    const max = this.#maxStreams;
    if ((await countStreams(this.#db)) < max) return undefined;
    const message = `there are already ${max} streams (MAX_STREAMS); put variable parts such as ids into the request, not into the endpoint`;
    return { code: 'too_many_streams', message };
  }

  #remember(service: string, endpoint: string, id: number, paths: readonly string[]): OpenStream {
    const opened: OpenStream = { id, features: new FeatureIndex(this.#rules, paths), unsavedPaths: new Set() };
    const endpoints = this.#open.get(service) ?? new Map<string, OpenStream>();
    this.#open.set(service, endpoints.set(endpoint, opened));
    return opened;
  }
}
