import type { Message, MessageFinding, NotificationReason } from '../../../core/incident/message.ts';
import type { Channel } from '../channel.ts';
import { type PostLimits, postJson } from '../http-post.ts';
import {
  type Fact,
  factsOf,
  findingsTitle,
  fitTitle,
  formatTime,
  incidentLine,
  linkOf,
  subjectOf,
  takeLines,
} from './message-lines.ts';
import { codeText, dateText, mentionText, plainText, safeText } from './slack-text.ts';

const MAX_HEADER = 150;
const MAX_LINES = 10;
const MAX_MENTIONS = 20;
const MAX_LINK = 2_000;
const MAX_NAME = 500;
const MAX_CHANGE = 250;
/** What the findings share: a section may hold 3,000. */
const FINDINGS_ROOM = 2_800;
const MAX_FINDING = 900;

const COLOURS = { info: '#36a64f', warning: '#ff9900', critical: '#ff0000' } as const;
const WORTH_A_MENTION: ReadonlySet<NotificationReason> = new Set(['opened', 'reopened', 'severity_raised']);

export interface SlackOptions extends PostLimits {
  readonly name: string;
  readonly webhookUrl: string;
  readonly mention: readonly string[];
}

type Block = Readonly<Record<string, unknown>>;

export function slackChannel(options: SlackOptions): Channel {
  const render = (message: Message) => renderSlack(message, options.mention);
  return {
    name: options.name,
    type: 'slack',
    isDryRun: false,
    render,
    send: async (message) => {
      const target = { url: options.webhookUrl, body: JSON.stringify(render(message)) };
      return postJson(target, { ...options, secrets: [options.webhookUrl] });
    },
  };
}

function renderSlack(message: Message, mention: readonly string[]) {
  const mentions = isWorthAMention(message) ? mention.slice(0, MAX_MENTIONS).map(mentionText) : [];
  return {
    // Mentions stand here because Slack shows those within attachments without notifying anybody.
    text: [...mentions, safeText(fitTitle(message, MAX_HEADER), MAX_HEADER)].join(' '),
    attachments: [
      { color: message.state === 'resolved' ? COLOURS.info : COLOURS[message.severity], blocks: blocksOf(message) },
    ],
  };
}

function isWorthAMention({ severity, state, reason }: Message): boolean {
  return severity === 'critical' && state === 'firing' && WORTH_A_MENTION.has(reason);
}

function blocksOf(message: Message): Block[] {
  const room = Math.min(MAX_FINDING, FINDINGS_ROOM / Math.min(message.findings.length, MAX_LINES));
  const findings = takeLines(message.findings, MAX_LINES, (finding) => findingText(finding, room));
  const changes = takeLines(message.changes, MAX_LINES, (change) => safeText(change, MAX_CHANGE));
  const link = linkOf(message)?.replaceAll('&', '&amp;') ?? '';
  return [
    {
      type: 'header',
      text: { type: 'plain_text', text: plainText(fitTitle(message, MAX_HEADER), MAX_HEADER), emoji: false },
    },
    { type: 'section', fields: factsOf(message).map(fieldOf) },
    ...listUnder(findingsTitle(message), findings),
    ...listUnder('What changed', changes),
    // A button would show a warning in workspaces whose app answers no interactions.
    ...(link === '' || link.length > MAX_LINK ? [] : [section(`<${link}|Open incident ${message.incident.id}>`)]),
    {
      type: 'context',
      elements: [markdown(`${incidentLine(message)} · ${dateText(message.at, formatTime(message.at))}`)],
    },
  ];
}

function fieldOf({ label, value, isName, at }: Fact): Block {
  const shown = at !== undefined ? dateText(at, value) : isName ? codeText(value, MAX_NAME) : safeText(value, MAX_NAME);
  return markdown(`*${label}*\n${shown}`);
}

function findingText(finding: MessageFinding, room: number): string {
  const slice = finding.slice === undefined ? '' : `; slice: ${safeText(finding.slice, room * 0.2)}`;
  const subject = codeText(subjectOf(finding), room * 0.3);
  return `${finding.isNew ? '*new* ' : ''}${subject} ${safeText(finding.text, room * 0.4)}${slice}`;
}

function listUnder(title: string, lines: readonly string[]): Block[] {
  return lines.length === 0 ? [] : [section([`*${title}*`, ...lines.map((line) => `• ${line}`)].join('\n'))];
}

function section(text: string): Block {
  return { type: 'section', text: markdown(text) };
}

/** Verbatim: Slack makes no links and mentions of its own from what it finds in the text. */
function markdown(text: string): Block {
  return { type: 'mrkdwn', text, verbatim: true };
}
