import { z } from 'zod';
import { SMTP_TLS_MODES } from '../../config/smtp-tls.ts';
import { listOr } from '../../core/format/list-or.ts';
import { CHANNEL_TYPES } from '../../core/incident/channel-type.ts';
import { SEVERITIES } from '../../core/incident/severity.ts';
import { DURATION_HINT, HOUR_MS, MINUTE_MS, parseDuration } from '../../core/time/window.ts';

const name = z.string().min(1).max(200);
const url = z.string().regex(/^https?:\/\/\S+$/, 'must start with http:// or https://');
/** Empty stands for a variable that is not set: the channel is then a dry run. */
const secret = z.string().max(5_000).default('');
const maybeUrl = z.union([z.literal(''), url], 'must start with http:// or https://').default('');
/** A variable that is not set leaves its default. */
const unlessEmpty = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema);
const asNumber = (value: unknown) => (typeof value === 'string' ? Number(value) : value);
const port = unlessEmpty(z.preprocess(asNumber, z.int().min(1).max(65_535)).default(587));

const MAX_RESOLVE_TIMEOUT_MS = HOUR_MS;
const resolveTimeout = z
  .string()
  .default('5m')
  .transform((value) => parseDuration(value) ?? 0)
  .refine(
    (ms) => ms >= MINUTE_MS && ms <= MAX_RESOLVE_TIMEOUT_MS,
    `${DURATION_HINT}, as in Alertmanager's configuration; from 1m to 1h`,
  );

const slack = z.strictObject({
  type: z.literal('slack'),
  webhook_url: maybeUrl,
  mention: z.array(z.string().min(1).max(100)).max(20).default([]),
});
const email = z.strictObject({
  type: z.literal('email'),
  host: secret,
  port,
  tls: unlessEmpty(z.enum(SMTP_TLS_MODES).default('starttls')),
  username: secret,
  password: secret,
  from: secret,
  to: z.array(z.string().max(320)).min(1),
});
const webhook = z.strictObject({ type: z.literal('webhook'), url: maybeUrl, secret });
const pagerduty = z.strictObject({ type: z.literal('pagerduty'), routing_key: secret, url: maybeUrl });
const alertmanager = z.strictObject({
  type: z.literal('alertmanager'),
  url: maybeUrl,
  resolve_timeout: unlessEmpty(resolveTimeout),
});
const log = z.strictObject({ type: z.literal('log') });

const channel = z.discriminatedUnion('type', [slack, email, webhook, pagerduty, alertmanager, log], {
  error: `type must be ${listOr(CHANNEL_TYPES)}`,
});
export type ChannelDocument = z.output<typeof channel>;

const route = z.strictObject({
  severity: z.array(z.enum(SEVERITIES)).min(1).optional(),
  service: name.optional(),
  endpoint: name.optional(),
  monitor: name.optional(),
  labels: z.record(name, z.string()).optional(),
  channels: z.array(name).min(1),
  continue: z.boolean().optional(),
});

/** CHANNELS_FILE: where notifications can go, and which go where. */
export const channelsDocument = z
  .strictObject({ channels: z.record(name, channel), routes: z.array(route).optional() })
  .superRefine(({ channels, routes }, context) => {
    routes?.forEach((each, i) => {
      each.channels.forEach((wanted, j) => {
        if (Object.hasOwn(channels, wanted)) return;
        const message = `no channel is called "${wanted}"; there are ${Object.keys(channels).join(', ')}`;
        context.addIssue({ code: 'custom', path: ['routes', i, 'channels', j], message });
      });
    });
  });
export type ChannelsDocument = z.output<typeof channelsDocument>;
