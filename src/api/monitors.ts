import { z } from 'zod';
import { INCIDENT_STATES } from '../core/incident/incident.ts';
import { MONITOR_ORIGINS } from '../core/monitor/monitor-origin.ts';
import { monitorDocument } from '../core/monitor/monitor-spec.ts';
import { RUN_STATUSES } from '../core/monitor/run-status.ts';
import { pageOf, pageQuery } from './page.ts';
import { text, truth } from './parameters.ts';
import { report } from './reports.ts';

const MAX_APPLIED = 10_000;

/** Checked by the same code as a file's monitors, so that both are refused in the same words. */
export const monitorRequest = z
  .looseObject({ name: z.string() })
  .meta({ ...z.toJSONSchema(monitorDocument, { io: 'input', unrepresentable: 'any' }), id: 'MonitorDocument' });

export const monitorParams = z.object({ monitor: text(200).describe('Its name or its id') });
export const monitorQuery = z.object(pageQuery());
export const dryRunQuery = z.object({
  dry_run: truth.optional().describe('Only say what it would find now; nothing is stored'),
});
export const runRequest = z
  .strictObject({ dry_run: z.boolean().default(false).describe('Store nothing') })
  .meta({ id: 'RunRequest' })
  .nullish();

const monitorRun = z
  .object({
    slot: z.string(),
    slots: z.int().describe('More than one only where slots in a row were skipped'),
    status: z.enum(RUN_STATUSES),
    reason: z.string().nullable(),
    report: z.int().nullable(),
    started_at: z.string(),
    finished_at: z.string(),
  })
  .readonly()
  .meta({ id: 'MonitorRun' });
export type MonitorRunEntry = z.output<typeof monitorRun>;

export const monitorRunPage = pageOf('runs', monitorRun).meta({ id: 'MonitorRunPage' });

/** Any object: one that another version wrote, or that was changed by hand, must not hide the other monitors. */
const spec = z.looseObject({}).readonly().describe('The document, as it was given');

export const monitorEntry = z
  .object({
    id: z.int(),
    name: z.string(),
    service: z.string(),
    endpoint: z.string(),
    origin: z.enum(MONITOR_ORIGINS),
    pattern: z.string().nullable().describe('The name of the document for many streams that made it'),
    paused: z.boolean(),
    stream_id: z.int(),
    created_at: z.string(),
    updated_at: z.string(),
    next_slot: z.string().nullable(),
    spec,
    last_run: monitorRun.nullable(),
  })
  .readonly()
  .meta({ id: 'Monitor' });
export type MonitorEntry = z.output<typeof monitorEntry>;

export const monitorPage = pageOf('monitors', monitorEntry).meta({ id: 'MonitorPage' });
export type MonitorPage = z.output<typeof monitorPage>;

export const monitorPatternList = z
  .object({
    patterns: z
      .array(
        z
          .object({
            name: z.string(),
            monitors: z.int().describe('How many monitors it has made'),
            created_at: z.string(),
            updated_at: z.string(),
            spec,
          })
          .readonly(),
      )
      .readonly(),
  })
  .readonly()
  .meta({ id: 'MonitorPatternList' });
export type MonitorPatternList = z.output<typeof monitorPatternList>;

const state = z.enum(INCIDENT_STATES).nullable();
const change = z
  .object({
    incident: z.int().nullable(),
    group: z.string(),
    from: state,
    to: state,
    reason: z.string(),
    notification: z
      .object({ notify: z.boolean(), reason: z.string() })
      .readonly()
      .optional()
      .describe('In a dry run: whether people would be notified, and why'),
  })
  .readonly()
  .meta({ id: 'IncidentChange' });

export const runAnswer = z
  .object({
    dry_run: z.boolean(),
    report: report.nullable(),
    failure: z.string().nullable().describe('Why there is no report'),
    changes: z.array(change).readonly(),
  })
  .readonly()
  .meta({ id: 'MonitorRunAnswer' });
export type RunAnswer = z.output<typeof runAnswer>;

export const applyRequest = z
  .strictObject({
    monitors: z.array(z.unknown()).max(MAX_APPLIED),
    prune: z.boolean().default(false).describe('Delete those that an earlier file brought and this one does not have'),
    dry_run: z.boolean().default(false),
  })
  .meta({ id: 'ApplyMonitorsRequest' });

const names = z.array(z.string()).readonly();
export const applyAnswer = z
  .object({
    created: names,
    changed: z.array(z.object({ name: z.string(), differences: names }).readonly()).readonly(),
    unchanged: names,
    deleted: names,
    patterns: z
      .array(z.object({ name: z.string(), monitors: z.int() }).readonly())
      .readonly()
      .describe('Of the documents for many streams: how many monitors each has'),
  })
  .readonly()
  .meta({ id: 'ApplyMonitorsAnswer' });
export type ApplyAnswer = z.output<typeof applyAnswer>;
