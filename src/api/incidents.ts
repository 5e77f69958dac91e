import { z } from 'zod';
import { CHECK_KIND_NAMES, CONDITIONS } from '../core/drift/check.ts';
import { INCIDENT_STATES, OPEN_STATES } from '../core/incident/incident.ts';
import { SEVERITIES } from '../core/incident/severity.ts';
import { DAY_MS } from '../core/time/window.ts';
import { notificationEntry } from './notifications.ts';
import { pageOf, pageQuery } from './page.ts';
import { durationOrSeconds, inOrder, text, time, wholeNumber } from './parameters.ts';
import { report } from './reports.ts';

const MAX_SILENCE_DAYS = 366;
const id = wholeNumber(1, Number.MAX_SAFE_INTEGER);

/** A list in a query: by comma. */
function oneOrMore<const Names extends readonly [string, ...string[]]>(names: Names) {
  return z
    .string()
    .transform((text) => text.split(',').map((name) => name.trim()))
    .pipe(z.array(z.enum(names, `use ${names.join(', ')}, or several by comma`)).min(1))
    .meta({ type: 'string', description: `${names.join(', ')}; several by comma` });
}

export const incidentParams = z.object({ id });
export const incidentQuery = z
  .object({
    state: oneOrMore([...INCIDENT_STATES, 'open'])
      .transform((names) => names.flatMap((name) => (name === 'open' ? OPEN_STATES : [name])))
      .optional(),
    severity: oneOrMore(SEVERITIES).optional(),
    stream: id.optional().describe('The `id` of a stream'),
    monitor: text(200).optional().describe('Its name'),
    from: time.optional().describe('Open at this moment or later'),
    to: time.optional().describe('Begun by this moment'),
    ...pageQuery(),
  })
  .check(inOrder('from', 'to'));

const finding = z
  .object({
    check: z.string(),
    kind: z.enum(CHECK_KIND_NAMES),
    feature: z.string().nullable(),
    text: z.string(),
    severity: z.enum(SEVERITIES),
  })
  .readonly()
  .meta({ id: 'IncidentFinding' });

const fields = {
  id: z.int(),
  state: z.enum(INCIDENT_STATES),
  severity: z.enum(SEVERITIES),
  condition: z.enum(CONDITIONS),
  group: z.string(),
  monitor: z.string(),
  monitor_id: z.int(),
  service: z.string(),
  endpoint: z.string(),
  stream_id: z.int(),
  labels: z.record(z.string(), z.string()).readonly(),
  started_at: z.string(),
  opened_at: z.string().nullable(),
  resolved_at: z.string().nullable(),
  updated_at: z.string(),
  last_window_end: z.string(),
  acknowledged_at: z.string().nullable(),
  acknowledged_by: z.string().nullable(),
  silenced_until: z.string().nullable(),
  assigned_to: z.string().nullable(),
  flaps: z.int(),
  last_notification: z
    .object({
      at: z.string(),
      state: z.enum(INCIDENT_STATES),
      severity: z.enum(SEVERITIES),
      channels: z.array(z.string()).readonly(),
    })
    .readonly()
    .nullable(),
  findings: z.array(finding).readonly(),
};

const incidentEntry = z.object(fields).readonly().meta({ id: 'Incident' });
export type IncidentEntry = z.output<typeof incidentEntry>;

export const incidentPage = pageOf('incidents', incidentEntry).meta({ id: 'IncidentPage' });
export type IncidentPage = z.output<typeof incidentPage>;

const auditEntry = z
  .object({
    at: z.string(),
    who: z.string(),
    what: z.string(),
    details: z.looseObject({ note: z.string().optional() }).readonly(),
  })
  .readonly()
  .meta({ id: 'AuditEntry' });

export const incidentDetails = z
  .object({
    ...fields,
    reports: z.int().describe('How many; GET …/reports has them'),
    trail: z.array(auditEntry).readonly(),
    notifications: z.array(notificationEntry).readonly(),
  })
  .readonly()
  .meta({ id: 'IncidentDetails' });
export type IncidentDetails = z.output<typeof incidentDetails>;

export const incidentReports = z
  .object({ reports: z.array(report).readonly() })
  .readonly()
  .meta({ id: 'IncidentReports' });

const by = text(200).optional().describe('Who does it');
const note = text(10_000).optional();
const silenceLength = durationOrSeconds.refine(
  (ms) => ms <= MAX_SILENCE_DAYS * DAY_MS,
  `use at most ${MAX_SILENCE_DAYS}d`,
);

export const triageRequest = z.strictObject({ by, note }).meta({ id: 'TriageRequest' }).nullish();
export const silenceRequest = z
  .strictObject({ by, note, until: time.optional(), for: silenceLength.optional() })
  .refine((body) => (body.until === undefined) !== (body.for === undefined), 'give either until or for')
  .meta({ id: 'SilenceRequest' });
export const assignRequest = z.strictObject({ by, note, to: text(200).nullable() }).meta({ id: 'AssignRequest' });
export const annotateRequest = z.strictObject({ by, note: text(10_000) }).meta({ id: 'AnnotateRequest' });
