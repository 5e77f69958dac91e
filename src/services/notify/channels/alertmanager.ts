import { isoTime } from '../../../core/format/iso-time.ts';
import { linksOf } from '../../../core/incident/links.ts';
import type { Message } from '../../../core/incident/message.ts';
import { MINUTE_MS } from '../../../core/time/window.ts';
import type { Channel } from '../channel.ts';
import { type PostLimits, postJson } from '../http-post.ts';
import { labelsOf as configuredLabels, describeMessage, fitTitle, linkOf } from './message-lines.ts';

/** As in Alertmanager. */
const DEFAULT_RESOLVE_TIMEOUT_MS = 5 * MINUTE_MS;
/** An alert outlives this many refreshes that fail, as one of Prometheus does. */
const REFRESHES_UNTIL_ITS_END = 4;
const TEST_EXPIRES_AFTER_MS = 5 * MINUTE_MS;
const MAX_SUMMARY = 1_024;

export interface AlertmanagerOptions extends PostLimits {
  readonly name: string;
  /** Base URL of Alertmanager, without `/api/v2/alerts`. */
  readonly url: string;
  /** Of Alertmanager's configuration: it counts an alert as resolved when so long nothing was heard of it. */
  readonly resolveTimeoutMs?: number;
}

export function alertmanagerChannel(options: AlertmanagerOptions): Channel {
  const refreshEveryMs = (options.resolveTimeoutMs ?? DEFAULT_RESOLVE_TIMEOUT_MS) / 2;
  const render = (message: Message) => renderAlerts(message, options.now(), REFRESHES_UNTIL_ITS_END * refreshEveryMs);
  const url = `${options.url.replace(/\/+$/, '')}/api/v2/alerts`;
  return {
    name: options.name,
    type: 'alertmanager',
    isDryRun: false,
    keepsState: true,
    refreshEveryMs,
    render,
    send: async (message) =>
      postJson({ url, body: JSON.stringify(render(message)) }, { ...options, secrets: [options.url] }),
  };
}

function renderAlerts(message: Message, nowMs: number, expiresAfterMs: number) {
  const link = linkOf(message);
  return [
    {
      labels: labelsOf(message),
      annotations: {
        summary: fitTitle(message, MAX_SUMMARY),
        description: describeMessage(message),
        severity: message.severity,
        ...linksOf(message.links ?? {}, message.labels),
      },
      startsAt: message.startedAt,
      endsAt: endOf(message, nowMs, expiresAfterMs),
      ...(link !== undefined && { generatorURL: link }),
    },
  ];
}

/** Until then it fires, unless it is refreshed: an alert must not outlive a Plumbline that is gone. */
function endOf(message: Message, nowMs: number, expiresAfterMs: number): string {
  if (message.state === 'resolved') return message.resolvedAt ?? message.at;
  return isoTime(nowMs + (message.reason === 'test' ? TEST_EXPIRES_AFTER_MS : expiresAfterMs));
}

const NAMES = { drift: 'PlumblineDrift', no_data: 'PlumblineNoData' } as const;

/**
 * Labels identify an alert. Severity can rise during an incident: as a label it would make a second alert while the first one still
 * fires, so it is an annotation. To route by severity, add a label to the monitor.
 */
function labelsOf(message: Message): Record<string, string> {
  const identity = {
    alertname: message.reason === 'test' ? 'PlumblineTest' : NAMES[message.condition],
    monitor: message.monitor,
    service: message.service,
    endpoint: message.endpoint,
    condition: message.condition,
  };
  // Sorted, so that the result is the same when two names become equal.
  const configured = configuredLabels(message).sort(([a], [b]) => (a < b ? -1 : 1));
  const named = configured.map(([name, value]) => [labelName(name), value] as const);
  const all = Object.entries({ ...Object.fromEntries(named), ...identity });
  return Object.fromEntries(all.map(([name, value]) => [name, value.toWellFormed()]));
}

function labelName(name: string): string {
  return name.replace(/[^a-zA-Z0-9_]/g, '_').replace(/^(?=\d|$)/, '_');
}
