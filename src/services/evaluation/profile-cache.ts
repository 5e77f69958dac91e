import type { Profile } from '../../core/profile/profile.ts';

const DEFAULT_BYTES = 64 * 1024 * 1024;
const BYTES_PER_ITEM = 16;
const BYTES_PER_CATEGORY = 120;
const BYTES_PER_FEATURE = 600;

/**
 * Decoded profiles of things that never change (a stored profile, a baseline, the merge of stored profiles), least recently used
 * first out. What it holds must not be changed by anyone.
 */
export class ProfileCache {
  readonly #maxBytes: number;
  readonly #entries = new Map<string, { profile: Profile; bytes: number }>();
  #bytes = 0;

  constructor(maxBytes: number = DEFAULT_BYTES) {
    this.#maxBytes = maxBytes;
  }

  find(key: string): Profile | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.profile;
  }

  keep(key: string, profile: Profile): void {
    if (this.#entries.has(key)) return;
    const bytes = sizeOf(profile);
    this.#entries.set(key, { profile, bytes });
    this.#bytes += bytes;
    for (const [oldest, entry] of this.#entries) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#entries.delete(oldest);
      this.#bytes -= entry.bytes;
    }
  }
}

/** About how much memory a profile takes. */
function sizeOf(profile: Profile): number {
  let bytes = 0;
  for (const feature of profile.features.values()) {
    bytes += BYTES_PER_FEATURE;
    for (const run of feature.numeric?.sketch.levels() ?? []) bytes += run.length * BYTES_PER_ITEM;
    bytes += (feature.categories?.counts.size ?? 0) * BYTES_PER_CATEGORY;
  }
  return bytes;
}
