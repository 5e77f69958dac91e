import { z } from 'zod';
import { AGGREGATE_RULES } from '../drift/aggregate-rule.ts';
import { POLICIES } from '../drift/drift-test.ts';
import { PRESET_NAMES } from '../drift/presets/table.ts';
import { CORRECTIONS, type CompareSettings, type FeatureSettings, type Floors } from '../drift/settings.ts';
import { testFloors, testNames } from '../drift/test-choice.ts';
import type { SloTargets } from '../evaluation/settings.ts';
import { sloFields, sloOf } from '../evaluation/slo-document.ts';
import { DEFAULT_MULTIPLES, DEFAULT_SEVERITY, type SeverityRules } from '../incident/failing-check.ts';
import { type Links, linksOf, webLink } from '../incident/links.ts';
import { DEFAULT_NOTIFICATION_POLICY, type NotificationPolicy } from '../incident/notification-policy.ts';
import { SEVERITIES } from '../incident/severity.ts';
import { GROUPINGS, type Grouping } from '../incident/signal.ts';
import type { StepRules } from '../incident/step.ts';
import { streamNameFields } from '../stream-name.ts';
import { textSchema } from '../text-schema.ts';
import { isTimeOfDay, isZone } from '../time/quiet-hours.ts';
import { cronProblem, MIN_EVERY_MS, type Schedule } from '../time/schedule.ts';
import { DAY_MS, DURATION_HINT, HOUR_MS, MINUTE_MS, parseDuration, SECOND_MS } from '../time/window.ts';
import { unescapeStream } from './stream-pattern.ts';

const MAX_NAME = 200;
const MAX_CRON = 200;
const MAX_ADDRESS = 2_000;
/** Which of the runs that were missed are made up for. */
const CATCHUPS = ['last', 'all', 'none'] as const;
const MAX_WINDOW_MS = 30 * DAY_MS;

/** A length of time within bounds; whole milliseconds once read. */
function duration(minMs: number, maxMs: number) {
  const hint = `${DURATION_HINT}; from ${minMs / SECOND_MS} seconds to ${maxMs / DAY_MS} days`;
  const inBounds = (value: string | number) => {
    const ms = parseDuration(String(value));
    return ms !== undefined && ms >= minMs && ms <= maxMs;
  };
  const written = z.union([z.string(), z.number()], hint).refine(inBounds, hint);
  return written.transform((value) => parseDuration(String(value)) ?? 0);
}

const count = (max: number) => z.int().min(1).max(max);
const zone = z.string().refine(isZone, 'is not a time zone; use a name such as Europe/Berlin');
const timeOfDay = z.string().refine(isTimeOfDay, 'use HH:MM, in quotes');

const reference = z.union(
  [
    z.literal(['baseline', 'previous_window']),
    z.strictObject({ baseline: textSchema(128) }),
    z.strictObject({ same_hours: z.strictObject({ weeks: count(52) }) }),
  ],
  'use baseline, {baseline: NAME}, previous_window, or {same_hours: {weeks: N}}',
);

const webAddress = textSchema(MAX_ADDRESS).refine(
  (text) => webLink(text) !== undefined,
  'use an address that starts with http:// or https://',
);

/** A rule about several settings is looked at although others are wrong: all mistakes are shown at once. */
function together(path: string, error: string) {
  return { path: [path], error, when: ({ value }: { value: unknown }) => typeof value === 'object' && value !== null };
}

function cronFault(cron: unknown, zone: unknown): string | undefined {
  if (typeof cron !== 'string' || cron.length > MAX_CRON) return undefined;
  return cronProblem(cron, typeof zone === 'string' && isZone(zone) ? zone : 'UTC');
}

function multiplesOf({ warning, critical }: { warning?: number | undefined; critical?: number | undefined }) {
  return { warning: warning ?? DEFAULT_MULTIPLES.warning, critical: critical ?? DEFAULT_MULTIPLES.critical };
}

/** A monitor as a file or a request spells it. Unknown keys are refused: a typing error must not switch something off. */
export const monitorDocument = z
  .strictObject({
    name: textSchema(MAX_NAME).refine((text) => !/^\.{1,2}$/.test(text), 'no path leads to such a name'),
    stream: z.strictObject(streamNameFields),
    reference: reference.default('baseline'),
    window: duration(MINUTE_MS, MAX_WINDOW_MS).refine((ms) => ms % MINUTE_MS === 0, 'use whole minutes'),
    every: duration(MIN_EVERY_MS, MAX_WINDOW_MS).optional(),
    cron: z.string().max(MAX_CRON).optional().describe('Five fields, instead of `every`'),
    zone: zone.default('UTC').describe('Of the cron expression'),
    delay: duration(SECOND_MS, DAY_MS)
      .default(10 * SECOND_MS)
      .describe('How long to wait for late events after a window'),
    policy: z.enum(POLICIES).optional(),
    tests: testNames.optional(),
    preset: z.enum(PRESET_NAMES).optional(),
    correction: z.enum(CORRECTIONS).optional(),
    alpha: z.number().gt(0).lt(1).optional(),
    floors: testFloors.default({}),
    features: z
      .record(
        textSchema(1_000),
        z.strictObject({
          tests: testNames.optional(),
          floors: testFloors.optional(),
          alpha: z.number().gt(0).lt(1).optional(),
          ignore: z.boolean().optional(),
        }),
      )
      .default({}),
    slo: z.strictObject(sloFields).default({}),
    aggregate: z.strictObject({ rule: z.enum(AGGREGATE_RULES), share: z.number().gt(0).max(1).optional() }).optional(),
    open_after: count(100).default(2),
    close_after: count(100).default(2),
    dedup_window: duration(MINUTE_MS, 7 * DAY_MS).default(HOUR_MS),
    group_by: z.enum(GROUPINGS).default('monitor'),
    severity: z
      .strictObject({
        warning: z.number().min(1).optional(),
        critical: z.number().min(1).optional(),
        slo: z.enum(SEVERITIES).default(DEFAULT_SEVERITY.slo),
        no_data: z.enum([...SEVERITIES, 'off']).default(DEFAULT_SEVERITY.noData),
      })
      .prefault({}),
    channels: z.array(textSchema(MAX_NAME)).min(1).optional().describe('Instead of the routes'),
    repeat_interval: duration(MINUTE_MS, 30 * DAY_MS).default(DEFAULT_NOTIFICATION_POLICY.repeatIntervalMs),
    update_interval: duration(MINUTE_MS, DAY_MS).default(DEFAULT_NOTIFICATION_POLICY.updateIntervalMs),
    quiet_hours: z
      .strictObject({ from: timeOfDay, to: timeOfDay, zone: zone.default('UTC') })
      .refine(({ from, to }) => from !== to, 'from and to are the same: nothing would be quiet')
      .optional(),
    catchup: z.enum(CATCHUPS).default('last'),
    labels: z.record(textSchema(100), z.string().max(500)).default({}),
    runbook_url: webAddress.optional(),
    dashboard_url: webAddress.optional(),
    paused: z.boolean().default(false),
  })
  .refine(
    ({ every, cron }) => (every === undefined) !== (cron === undefined),
    together('every', 'give either every or cron'),
  )
  .refine(({ cron, zone }) => cronFault(cron, zone) === undefined, {
    ...together('cron', ''),
    error: ({ input }) => {
      const { cron, zone } = input as { cron?: unknown; zone?: unknown };
      return `"${cron}": ${cronFault(cron, zone)}; use five fields, such as */5 * * * *`;
    },
  })
  .refine(
    ({ severity }) => !(multiplesOf(severity ?? {}).critical < multiplesOf(severity ?? {}).warning),
    together('severity', 'critical must not be below warning'),
  )
  .refine(
    ({ preset, tests }) => preset === undefined || tests === undefined,
    together('preset', 'give tests or a preset, not both'),
  );

export type MonitorDocument = z.input<typeof monitorDocument>;
type Parsed = z.output<typeof monitorDocument>;

export type ReferenceChoice =
  | { readonly kind: 'baseline'; readonly name?: string }
  | { readonly kind: 'previous_window' }
  | { readonly kind: 'same_hours'; readonly weeks: number };

/** What a monitor does, read from its document. */
export interface MonitorSpec {
  readonly name: string;
  readonly service: string;
  readonly endpoint: string;
  readonly reference: ReferenceChoice;
  readonly windowMs: number;
  readonly schedule: Schedule;
  readonly delayMs: number;
  readonly compare: Partial<CompareSettings>;
  readonly slo: Partial<SloTargets>;
  readonly step: StepRules;
  readonly notificationPolicy: NotificationPolicy;
  readonly severity: SeverityRules;
  readonly groupBy: Grouping;
  readonly channels: readonly string[] | undefined;
  readonly catchup: (typeof CATCHUPS)[number];
  readonly labels: Readonly<Record<string, string>>;
  readonly links: Links;
  readonly paused: boolean;
}

/** Reads a document that was checked before. */
export function readSpec(document: unknown): MonitorSpec {
  return specOf(monitorDocument.parse(document));
}

/** Undefined for one that an older or newer program wrote, or that was changed by hand: it must hold up no other monitor. */
export function findSpec(document: unknown): MonitorSpec | undefined {
  const { data } = monitorDocument.safeParse(document);
  return data && specOf(data);
}

function specOf(parsed: Parsed): MonitorSpec {
  const { every, cron, zone: cronZone, severity, quiet_hours: quietHours } = parsed;
  return {
    name: parsed.name,
    ...unescapeStream(parsed.stream),
    reference: referenceOf(parsed.reference),
    windowMs: parsed.window,
    schedule:
      cron === undefined
        ? { kind: 'interval', everyMs: every ?? HOUR_MS }
        : { kind: 'cron', expression: cron, zone: cronZone },
    delayMs: parsed.delay,
    compare: compareOf(parsed),
    slo: sloOf(parsed.slo),
    step: { openAfter: parsed.open_after, closeAfter: parsed.close_after, dedupWindowMs: parsed.dedup_window },
    notificationPolicy: {
      repeatIntervalMs: parsed.repeat_interval,
      updateIntervalMs: parsed.update_interval,
      quietHours,
    },
    severity: severityRulesOf(severity),
    groupBy: parsed.group_by,
    channels: parsed.channels,
    catchup: parsed.catchup,
    labels: parsed.labels,
    links: linksOf(parsed, parsed.labels),
    paused: parsed.paused,
  };
}

function severityRulesOf({ slo, no_data: noData, ...drift }: Parsed['severity']): SeverityRules {
  const hasMultiples = drift.warning !== undefined || drift.critical !== undefined;
  return { drift: hasMultiples ? multiplesOf(drift) : DEFAULT_SEVERITY.drift, slo, noData };
}

function referenceOf(choice: Parsed['reference']): ReferenceChoice {
  if (typeof choice === 'string') return { kind: choice };
  if ('baseline' in choice) return { kind: 'baseline', name: choice.baseline };
  return { kind: 'same_hours', weeks: choice.same_hours.weeks };
}

function compareOf({ policy, tests: chosen, preset, correction, alpha, floors, features, aggregate }: Parsed) {
  return {
    ...(policy && { policy }),
    ...(chosen && { tests: chosen }),
    ...(preset && { preset }),
    ...(correction && { correction }),
    ...(alpha && { alpha }),
    ...(aggregate && { aggregate: { rule: aggregate.rule, ...(aggregate.share && { share: aggregate.share }) } }),
    floors: floors as Floors,
    features: new Map(Object.entries(features).map(([path, settings]) => [path, featureOf(settings)])),
  };
}

function featureOf({ tests: chosen, floors, alpha, ignore }: Parsed['features'][string]): FeatureSettings {
  return {
    ...(ignore === true ? { tests: [] } : chosen && { tests: chosen }),
    ...(floors && { floors: floors as Floors }),
    ...(alpha && { alpha }),
  };
}
