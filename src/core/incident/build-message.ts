import { CHECK_KINDS, type Condition } from '../drift/check.ts';
import type { Evaluation } from '../evaluation/evaluation.ts';
import { isoTime } from '../format/iso-time.ts';
import { kindOf, worstKind } from './failing-check.ts';
import type { Incident, LastNotification } from './incident.ts';
import type { Links } from './links.ts';
import type { Message, NotificationReason } from './message.ts';
import { compareSeverity } from './severity.ts';

/** What a message says of its window. */
export type EvaluatedWindow = Pick<Evaluation, 'samples' | 'window' | 'reference'>;

export interface MessageContext {
  readonly id: string;
  readonly reason: NotificationReason;
  readonly incidentId: number;
  readonly url: string | null;
  readonly monitor: string;
  readonly service: string;
  readonly endpoint: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly links: Links;
  readonly incident: Incident;
  readonly lastNotification: LastNotification | undefined;
  readonly acknowledgedBy: string | null;
  /** The last window; undefined where it could not be evaluated. */
  readonly evaluated: EvaluatedWindow | undefined;
  /** Who or what ended it, where no window did. */
  readonly ended?: string | undefined;
  readonly nowMs: number;
}

/** Findings beyond this many are counted, not listed: they wait in the incident. */
const MOST_FINDINGS = 25;

/** Puts into words what changed, for any channel. */
export function buildMessage(context: MessageContext): Message {
  const { incident, evaluated, nowMs } = context;
  const findings = incident.failing.slice(0, MOST_FINDINGS).map((failing) => {
    const { check, feature, text, severity } = failing;
    return { check, kind: kindOf(failing), feature, text, severity, isNew: isNew(check, context.lastNotification) };
  });
  return {
    id: context.id,
    reason: context.reason,
    state: incident.state === 'resolved' ? 'resolved' : 'firing',
    severity: incident.severity,
    condition: conditionOf(incident),
    incident: { id: context.incidentId, url: context.url },
    monitor: context.monitor,
    service: context.service,
    endpoint: context.endpoint,
    labels: context.labels,
    links: context.links,
    startedAt: isoTime(incident.startedAtMs),
    at: isoTime(nowMs),
    resolvedAt: incident.resolvedAtMs === null ? null : isoTime(incident.resolvedAtMs),
    window: {
      start: isoTime(evaluated?.window.startMs ?? incident.startedAtMs),
      end: isoTime(evaluated?.window.endMs ?? incident.lastSlotMs),
      samples: evaluated?.samples ?? 0,
    },
    reference: referenceOf(evaluated?.reference),
    findings,
    changes: changesOf(context),
  };
}

/** The word that clients know for the worst kind of what fails. */
export function conditionOf({ failing }: Incident): Condition {
  return CHECK_KINDS[worstKind(failing) ?? 'drift'].condition;
}

function referenceOf(reference: Evaluation['reference'] | undefined): string {
  if (reference === undefined) return 'its reference';
  const { baseline, kind, windows } = reference;
  if (baseline !== null) return `baseline ${baseline.name} of ${isoTime(baseline.createdAtMs).slice(0, 10)}`;
  return kind === 'previous_window' ? 'the window before' : `the same hours of ${windows.length} earlier weeks`;
}

function changesOf({ incident, lastNotification, reason, acknowledgedBy, ended, nowMs }: MessageContext): string[] {
  if (reason === 'resolved') {
    const lasted = (incident.resolvedAtMs ?? nowMs) - incident.startedAtMs;
    return [`It lasted ${lengthOf(lasted)}${ended === undefined ? passed(incident.passes) : ''}.`, ended ?? ''].filter(
      Boolean,
    );
  }
  if (lastNotification === undefined) return [];
  const known = new Set(incident.failing.map(({ check }) => check));
  const fresh = [...known].filter((check) => isNew(check, lastNotification));
  const gone = lastNotification.checks.filter((check) => !known.has(check));
  return [
    reason === 'reopened' ? `It is back, ${lengthOf(nowMs - lastNotification.atMs)} after it was resolved.` : '',
    compareSeverity(incident.severity, lastNotification.severity) === 0
      ? ''
      : `Severity ${lastNotification.severity} → ${incident.severity}.`,
    fresh.length === 0 ? '' : `New: ${listed(fresh)}.`,
    gone.length === 0 || reason === 'reopened' ? '' : `No longer failing: ${listed(gone)}.`,
    reason === 'repeat_interval' ? `Still open after ${lengthOf(nowMs - incident.startedAtMs)}.` : '',
    acknowledgedBy === null ? '' : `Acknowledged by ${acknowledgedBy}.`,
  ].filter((sentence) => sentence !== '');
}

function isNew(check: string, lastNotification: LastNotification | undefined): boolean {
  return lastNotification !== undefined && !lastNotification.checks.includes(check);
}

/** None have where somebody resolved it by hand. */
function passed(windows: number): string {
  if (windows === 0) return '';
  return windows === 1 ? '; one window has passed' : `; ${windows} windows in a row have passed`;
}

const MOST_LISTED = 8;

function listed(names: readonly string[]): string {
  const more = names.length > MOST_LISTED ? ` and ${names.length - MOST_LISTED} more` : '';
  return names.slice(0, MOST_LISTED).join(', ') + more;
}

/** @example lengthOf(5_400_000) // '1 h 30 min' */
export function lengthOf(ms: number): string {
  const minutes = Math.max(1, Math.round(ms / 60_000));
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60), minutes % 60];
  const parts = [days > 0 && `${days} d`, hours > 0 && `${hours} h`, rest > 0 && days === 0 && `${rest} min`];
  return parts.filter((part) => part !== false).join(' ');
}
