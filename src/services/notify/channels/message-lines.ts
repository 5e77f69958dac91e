import { LINK_NAMES, LINKS, linksOf, webLink } from '../../../core/incident/links.ts';
import { type Message, type MessageFinding, type NotificationReason, titleOf } from '../../../core/incident/message.ts';
import { fitText, oneLine } from './fit-text.ts';

const LINE_LENGTH = 500;
const MAX_LINES = 20;

const REASONS: Readonly<Record<NotificationReason, string>> = {
  opened: 'opened',
  reopened: 'opened again',
  severity_raised: 'severity raised',
  new_findings: 'new findings',
  repeat_interval: 'reminder',
  resolved: 'resolved',
  acknowledged: 'acknowledged',
  test: 'test message',
};

export interface Fact {
  readonly label: string;
  readonly value: string;
  /** A name that users chose, which a channel may show as code. */
  readonly isName?: true;
  /** ISO 8601 time, so that a channel can show it in the reader's time zone. */
  readonly at?: string;
}

/** The most urgent facts come first. */
export function factsOf(message: Message): Fact[] {
  const { resolvedAt } = message;
  const labels = labelsOf(message);
  return [
    { label: 'Service', value: message.service, isName: true },
    { label: 'Endpoint', value: message.endpoint, isName: true },
    { label: resolvedAt === null ? 'Severity' : 'Severity was', value: message.severity },
    { label: 'Failing since', value: formatTime(message.startedAt), at: message.startedAt },
    ...(resolvedAt === null ? [] : [{ label: 'Resolved', value: formatTime(resolvedAt), at: resolvedAt }]),
    { label: 'Window', value: formatWindow(message.window) },
    { label: 'Compared with', value: message.reference },
    { label: 'Monitor', value: message.monitor, isName: true },
    ...(labels.length === 0
      ? []
      : [{ label: 'Labels', value: labels.map(([name, value]) => `${name}: ${value}`).join(', ') }]),
  ];
}

/** The subject of a finding: `request.body.amount · ks`. */
export function subjectOf(finding: MessageFinding): string {
  return finding.feature === null ? finding.check : `${finding.feature} · ${finding.check}`;
}

function findingLine(finding: MessageFinding): string {
  const slice = finding.slice === undefined ? '' : `; slice: ${finding.slice}`;
  return fitLine(`${finding.isNew ? '[new] ' : ''}${subjectOf(finding)}: ${finding.text}${slice}`);
}

/** The first items, and the number of the others. */
export function takeLines<T>(items: readonly T[], limit: number, toLine: (item: T) => string): string[] {
  const lines = items.slice(0, limit).map(toLine);
  return items.length > limit ? [...lines, `and ${items.length - limit} more`] : lines;
}

/** A resolved incident must not look as if it still fails. */
export function findingsTitle({ state }: Message): string {
  return state === 'resolved' ? 'What had failed' : 'Findings';
}

export function findingLines(message: Message): string[] {
  return takeLines(message.findings, MAX_LINES, findingLine);
}

export function changeLines(message: Message): string[] {
  return takeLines(message.changes, MAX_LINES, fitLine);
}

export function incidentLine(message: Message): string {
  const { id } = message.incident;
  return `Incident ${id}, ${REASONS[message.reason]}${message.reason === 'test' ? '' : ` (plumbline incidents show ${id})`}`;
}

export interface MessageLink {
  readonly href: string;
  readonly text: string;
}

/** Where people go on from here: to the incident, the runbook, the dashboard. */
export function linksOfMessage(message: Message): MessageLink[] {
  const { incident } = message;
  const links = linksOf(message.links ?? {}, message.labels);
  const addresses = [
    { url: incident.url, text: `Open incident ${incident.id}` },
    ...LINK_NAMES.map((name) => ({ url: links[name] ?? null, text: LINKS[name] })),
  ];
  return addresses.flatMap(({ url, text }) => {
    const href = webLink(url);
    return href === undefined ? [] : [{ href, text }];
  });
}

/** Labels that are links stand with the links. */
export function labelsOf({ labels }: Message): [string, string][] {
  const isLink = (name: string, value: string) => Object.hasOwn(LINKS, name) && webLink(value) !== undefined;
  return Object.entries(labels).filter(([name, value]) => !isLink(name, value));
}

/** Link to the page of the incident; undefined when there is none or it is not http(s). */
export function linkOf(message: Message): string | undefined {
  return webLink(message.incident.url);
}

/** The title on one line. If it is too long, service and endpoint are both shortened, so that both stay visible. */
export function fitTitle(message: Message, max: number): string {
  const whole = oneLine(titleOf(message));
  if (whole.length <= max) return whole;
  const share = Math.max(Math.floor((max - 40) / 2), 1);
  const cut = (name: string) => fitText(oneLine(name), share);
  return fitText(oneLine(titleOf({ ...message, service: cut(message.service), endpoint: cut(message.endpoint) })), max);
}

/** The whole message as plain lines, for channels without markup. */
export function describeMessage(message: Message): string {
  return [
    ...factsOf(message).map(({ label, value }) => fitLine(`${label}: ${value}`)),
    ...listUnder(findingsTitle(message), findingLines(message)),
    ...listUnder('What changed', changeLines(message)),
    '',
    `${incidentLine(message)}, ${formatTime(message.at)}`,
    ...linksOfMessage(message).map(({ href, text }) => `${text}: ${href}`),
  ].join('\n');
}

export function fitLine(text: string): string {
  return fitText(oneLine(text), LINE_LENGTH);
}

/** `2026-03-01 10:00 UTC`. */
export function formatTime(iso: string): string {
  const match = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}).*Z$/.exec(iso);
  return match ? `${match[1]} ${match[2]} UTC` : iso;
}

function formatWindow({ start, end, samples }: Message['window']): string {
  return `${formatTime(start)} to ${formatTime(end)}, ${samples.toLocaleString('en-US')} events`;
}

function listUnder(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', `${title}:`, ...lines.map((line) => `- ${line}`)];
}
