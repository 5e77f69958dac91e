/** How often something was refused or skipped, with the first line as an example. */
export interface TallyEntry {
  readonly count: number;
  readonly line: number;
  readonly message: string;
}

/** Counts of events by result, with refusals by code. */
export class Tally {
  sent = 0;
  accepted = 0;
  duplicates = 0;
  /** Accepted by an earlier request with the same key, and not stored again. */
  repeated = 0;
  readonly refused = new Map<string, TallyEntry>();
  readonly skipped = new Map<string, TallyEntry>();

  get refusedEvents(): number {
    return countOf(this.refused);
  }

  get skippedLines(): number {
    return countOf(this.skipped);
  }
}

/** Counts one case. The earliest line is the example, in whatever order answers arrive. */
export function countInto(entries: Map<string, TallyEntry>, code: string, line: number, message: string): void {
  const known = entries.get(code);
  const isEarlier = known === undefined || line < known.line;
  entries.set(code, {
    count: (known?.count ?? 0) + 1,
    line: isEarlier ? line : known.line,
    message: isEarlier ? message : known.message,
  });
}

function countOf(entries: ReadonlyMap<string, TallyEntry>): number {
  let count = 0;
  for (const entry of entries.values()) count += entry.count;
  return count;
}
