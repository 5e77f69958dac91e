import { FeatureIndex } from '../../core/profile/leaves.ts';
import type { FeatureRules } from '../../core/profile/rules.ts';
import type { StreamName } from '../../core/stream-name.ts';
import type { Database } from '../../store/database.ts';
import { countStreams, createStreams, findStreamIds, listPathsOf, type StreamPaths } from '../../store/streams.ts';
import { type EventFault, findNameFault } from './event-schema.ts';

/** A stream in memory: its id, the features seen so far, and the new features that no commit has stored yet. */
export interface OpenStream {
  readonly id: number;
  readonly features: FeatureIndex;
  readonly unsavedPaths: Set<string>;
  /** Paths that came when the stream had all the features that it may have; and those that no commit has stored yet. */
  readonly ignoredPaths: Set<string>;
  readonly unsavedIgnored: Set<string>;
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

  /**
   * Opens streams, and creates in the database those that are new, whose name is not too long, and that the limit on streams leaves room
   * for. Returns what is wrong with the others. Its statements are as many for a thousand streams as for one.
   */
  async open(names: readonly StreamName[]): Promise<Map<string, EventFault>> {
    const faults = new Map<string, EventFault>();
    const stored = await findStreamIds(this.#db, names);
    if (stored.length < names.length) stored.push(...(await this.#create(without(names, stored), faults)));
    const paths = await listPathsOf(
      this.#db,
      stored.map(({ id }) => id),
    );
    for (const stream of stored) {
      if (this.find(stream.service, stream.endpoint) === undefined)
        this.#remember(stream, paths.get(stream.id) ?? NO_PATHS);
    }
    return faults;
  }

  /**
   * Streams are counted before it is looked which names are new: another batch or process may store the same ones at any moment, and what it has
   * stored must not be refused. The limit may be passed by as many as are stored at once.
   */
  async #create(
    names: readonly StreamName[],
    faults: Map<string, EventFault>,
  ): Promise<(StreamName & { id: number })[]> {
    let room = this.#maxStreams - (await countStreams(this.#db));
    const stored = await findStreamIds(this.#db, names);
    const created = without(names, stored).filter((name) => {
      const fault = findNameFault(name) ?? (room <= 0 ? tooManyStreams(this.#maxStreams) : undefined);
      if (fault === undefined) room--;
      else faults.set(keyOf(name), fault);
      return fault === undefined;
    });
    if (created.length === 0) return stored;
    await createStreams(this.#db, created);
    return [...stored, ...(await findStreamIds(this.#db, created))];
  }

  #remember({ id, service, endpoint }: StreamName & { id: number }, { features: paths, ignored }: StreamPaths): void {
    const opened: OpenStream = {
      id,
      features: new FeatureIndex(this.#rules, paths),
      unsavedPaths: new Set(),
      ignoredPaths: new Set(ignored),
      unsavedIgnored: new Set(),
    };
    const endpoints = this.#open.get(service) ?? new Map<string, OpenStream>();
    this.#open.set(service, endpoints.set(endpoint, opened));
  }
}

const NO_PATHS: StreamPaths = { features: [], ignored: [] };

/** One text for the name of a stream, as the key of a map. */
export function keyOf({ service, endpoint }: StreamName): string {
  return JSON.stringify([service, endpoint]);
}

function without(names: readonly StreamName[], stored: readonly StreamName[]): StreamName[] {
  const known = new Set(stored.map(keyOf));
  return names.filter((name) => !known.has(keyOf(name)));
}

function tooManyStreams(max: number): EventFault {
  const message = `there are already ${max} streams (MAX_STREAMS); put variable parts such as ids into the request, not into the endpoint`;
  return { code: 'too_many_streams', message };
}
