import { NOT_2XX } from '../../core/evaluation/failure-status.ts';
import { isPattern } from '../../core/monitor/stream-pattern.ts';
import type { Queryable } from '../../store/database.ts';
import { listPatterns, type MonitorPattern } from '../../store/monitor-patterns.ts';
import { listAllMonitors, type StoredMonitor } from '../../store/monitors.ts';
import { failedWith } from '../../store/sql-state.ts';
import { assertMonitors } from './check-monitors.ts';
import type { MonitorContext } from './context.ts';
import { planPattern, putPattern, removePattern } from './pattern-monitors.ts';
import { differencesOf, putMonitor, removeMonitor } from './put-monitor.ts';

export interface ApplyRequest {
  readonly monitors: readonly unknown[];
  /** Monitors that an earlier file brought and this one does not have are deleted. */
  readonly prune: boolean;
  /** Say what would change, and change nothing. */
  readonly dryRun: boolean;
}

export interface ApplyAnswer {
  readonly created: readonly string[];
  readonly changed: readonly { readonly name: string; readonly differences: readonly string[] }[];
  readonly unchanged: readonly string[];
  readonly deleted: readonly string[];
  /** Of the documents that are for many streams: how many monitors each has. */
  readonly patterns: readonly { readonly name: string; readonly monitors: number }[];
}

/**
 * Makes the monitors be what the documents say, all or none. Applied twice, the second time changes nothing.
 *
 * @throws AppError invalid_monitor that lists every error
 */
export async function applyMonitors(context: MonitorContext, request: ApplyRequest): Promise<ApplyAnswer> {
  await assertMonitors(context, request.monitors);
  for (let tries = 1; ; tries++) {
    try {
      return await applyOnce(context, request);
    } catch (error) {
      // Another process applies the same file at the same moment: what it wrote is seen the next time.
      if (tries === MOST_TRIES || !failedWith(error, 'UNIQUE_VIOLATION', 'DEADLOCK_DETECTED')) throw error;
    }
  }
}

const MOST_TRIES = 5;

async function applyOnce(context: MonitorContext, request: ApplyRequest): Promise<ApplyAnswer> {
  return context.db.transaction(async (tx) => {
    const known = await readKnown(tx);
    const documents = (request.monitors as readonly FileDocument[]).map((document) =>
      keepFailureStatus(document, known.monitors.get(document.name)?.spec ?? known.patterns.get(document.name)?.spec),
    );
    const wanted = new Set(documents.map(({ name }) => name));
    const applying = { tx, context, known, wanted, isDryRun: request.dryRun };
    // Those of one stream first: a pattern names its monitors around them.
    const single = documents.filter((document) => !isPattern(document));
    const answers = [];
    for (const document of single) answers.push(await applyMonitor(applying, document));
    for (const document of documents.filter(isPattern)) answers.push(await applyPattern(applying, document));
    const pruned = request.prune ? await prune(applying) : [];
    return {
      created: answers.flatMap(({ created = [] }) => created),
      changed: answers.flatMap(({ changed = [] }) => changed),
      unchanged: answers.flatMap(({ unchanged = [] }) => unchanged),
      deleted: [...answers.flatMap(({ deleted = [] }) => deleted), ...pruned],
      patterns: answers.flatMap(({ patterns = [] }) => patterns),
    };
  });
}

/** What there is already, by name. */
interface Known {
  readonly monitors: ReadonlyMap<string, StoredMonitor>;
  readonly patterns: ReadonlyMap<string, MonitorPattern>;
}

interface Applying {
  readonly tx: Queryable;
  readonly context: MonitorContext;
  readonly known: Known;
  /** The names in the file. */
  readonly wanted: ReadonlySet<string>;
  readonly isDryRun: boolean;
}

async function readKnown(tx: Queryable): Promise<Known> {
  return {
    monitors: new Map((await listAllMonitors(tx)).map((monitor) => [monitor.name, monitor])),
    patterns: new Map((await listPatterns(tx)).map((pattern) => [pattern.name, pattern])),
  };
}

async function applyMonitor(applying: Applying, document: FileDocument): Promise<Partial<ApplyAnswer>> {
  const { tx, context, known, isDryRun } = applying;
  const { name } = document;
  const before = known.monitors.get(name);
  // It was for many streams until now.
  const pattern = known.patterns.get(name);
  const deleted = pattern === undefined ? [] : namesOf(madeBy(known, name));
  if (pattern !== undefined && !isDryRun) await removePattern(tx, context, pattern);
  if (!isDryRun) await putMonitor(tx, context, { document, origin: 'file', old: before });
  if (before === undefined && pattern === undefined) return { created: [name] };
  const differences = differencesOf((before ?? pattern)?.spec, document);
  const isUnchanged = differences.length === 0 && before?.origin === 'file';
  return { ...(isUnchanged ? { unchanged: [name] } : { changed: [{ name, differences }] }), deleted };
}

async function applyPattern(applying: Applying, document: FileDocument): Promise<Partial<ApplyAnswer>> {
  const { tx, context, known, wanted, isDryRun } = applying;
  const { name } = document;
  const old = known.patterns.get(name);
  // It was for one stream until now.
  const single = known.monitors.get(name);
  // One that the file names by itself is no longer the pattern's.
  const monitors = madeBy(known, name).filter((monitor) => !wanted.has(monitor.name));
  const isTaken = (each: string) => known.monitors.has(each) || wanted.has(each);
  const plan = await planPattern(tx, document, { monitors, isTaken });
  if (!isDryRun) {
    if (single !== undefined) await removeMonitor(tx, context, single);
    await putPattern(tx, context, document, { old, plan, monitors });
  }
  const before = old ?? single;
  const differences = before === undefined ? [] : differencesOf(before.spec, document);
  const had = new Set(namesOf(monitors));
  const created = namesOf(plan.streams).filter((each) => !had.has(each));
  const isUnchanged = old !== undefined && differences.length === 0;
  return {
    created: before === undefined ? [name, ...created] : created,
    ...(before !== undefined && (isUnchanged ? { unchanged: [name] } : { changed: [{ name, differences }] })),
    deleted: namesOf(plan.gone),
    patterns: [{ name, monitors: plan.streams.length }],
  };
}

function madeBy({ monitors }: Known, pattern: string): StoredMonitor[] {
  return [...monitors.values()].filter((monitor) => monitor.pattern === pattern);
}

function namesOf(named: readonly { readonly name: string }[]): string[] {
  return named.map(({ name }) => name);
}

/** What an earlier file brought, and this one does not have. */
async function prune({ tx, context, known, wanted, isDryRun }: Applying): Promise<string[]> {
  const monitors = [...known.monitors.values()].filter(({ name, origin }) => origin === 'file' && !wanted.has(name));
  const patterns = [...known.patterns.values()].filter(({ name }) => !wanted.has(name));
  if (!isDryRun) {
    for (const monitor of monitors) await removeMonitor(tx, context, monitor);
    for (const pattern of patterns) await removePattern(tx, context, pattern);
  }
  return [...namesOf(monitors), ...patterns.flatMap(({ name }) => [name, ...namesOf(madeBy(known, name))])];
}

interface FileDocument {
  readonly name: string;
  readonly slo?: { readonly failure_status?: readonly unknown[] };
}

/**
 * A file from before the choice says nothing of failures, and meant what is not 2xx: the upgrade wrote that into its monitors. The same file
 * must not weaken their level, so it stays until the file names `failure_status`.
 */
function keepFailureStatus(document: FileDocument, before: unknown): FileDocument {
  const kept = (before as FileDocument | undefined)?.slo?.failure_status;
  if (document.slo?.failure_status !== undefined || kept?.[0] !== NOT_2XX) return document;
  return { ...document, slo: { ...document.slo, failure_status: kept } };
}
