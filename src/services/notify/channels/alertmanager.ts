import type { Message } from '../../../core/incident/message.ts';
import type { Channel } from '../channel.ts';
import { type PostLimits, postJson } from '../http-post.ts';
import { describeMessage, fitTitle, linkOf } from './message-lines.ts';

const HOLD_MS = 24 * 60 * 60 * 1_000;
const HOLD_TEST_MS = 5 * 60 * 1_000;
const MAX_SUMMARY = 1_024;

export interface AlertmanagerOptions extends PostLimits {
  readonly name: string;
  /** Where Alertmanager is, without `/api/v2/alerts`. */
  readonly url: string;
  /** How long a firing alert stays without word from here; longer than the interval of reminders. */
  readonly holdMs?: number;
}

export function alertmanagerChannel(options: AlertmanagerOptions): Channel {
  const render = (message: Message) => renderAlerts(message, options.now(), options.holdMs ?? HOLD_MS);
  const url = `${options.url.replace(/\/+$/, '')}/api/v2/alerts`;
  return {
    name: options.name,
    type: 'alertmanager',
    isDryRun: false,
    render,
    send: async (message) =>
      postJson({ url, body: JSON.stringify(render(message)) }, { ...options, secrets: [options.url] }),
  };
}

function renderAlerts(message: Message, now: number, holdMs: number) {
  const link = linkOf(message);
  return [
    {
      labels: labelsOf(message),
      annotations: {
        summary: fitTitle(message, MAX_SUMMARY),
        description: describeMessage(message),
        severity: message.severity,
      },
      startsAt: message.startedAt,
      endsAt: endOf(message, now, holdMs),
      ...(link !== undefined && { generatorURL: link }),
    },
  ];
}

/** Without an end Alertmanager resolves after its `resolve_timeout`, five minutes. */
function endOf(message: Message, now: number, holdMs: number): string {
  if (message.state === 'resolved') return message.resolvedAt ?? message.at;
  return new Date(now + (message.reason === 'test' ? Math.min(holdMs, HOLD_TEST_MS) : holdMs)).toISOString();
}

const NAMES = { drift: 'PlumblineDrift', no_data: 'PlumblineNoData' } as const;

/**
 * The labels are the alert's identity. The severity rises within an incident, and as a label it would leave the old alert
 * firing beside the new one: it is an annotation. To route by severity, give the monitor a label of its own.
 */
function labelsOf(message: Message): Record<string, string> {
  const own = {
    alertname: message.reason === 'test' ? 'PlumblineTest' : NAMES[message.condition],
    monitor: message.monitor,
    service: message.service,
    endpoint: message.endpoint,
    condition: message.condition,
  };
  // Sorted, so that of two names that become one the same always wins.
  const configured = Object.entries(message.labels).sort(([a], [b]) => (a < b ? -1 : 1));
  const named = configured.map(([name, value]) => [labelName(name), value] as const);
  const all = Object.entries({ ...Object.fromEntries(named), ...own });
  return Object.fromEntries(all.map(([name, value]) => [name, value.toWellFormed()]));
}

function labelName(name: string): string {
  return name.replace(/[^a-zA-Z0-9_]/g, '_').replace(/^(?=\d|$)/, '_');
}
