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
  linksOfMessage,
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
/** Characters for all findings together: a section may have 3,000. */
const MAX_FINDINGS = 2_800;
const MAX_FINDING = 900;

const COLORS = { info: '#36a64f', warning: '#ff9900', critical: '#ff0000' } as const;
const MENTION_REASONS: ReadonlySet<NotificationReason> = new Set(['opened', 'reopened', 'severity_raised']);

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
    keepsState: false,
    render,
    send: async (message) => {
      const target = { url: options.webhookUrl, body: JSON.stringify(render(message)) };
      return postJson(target, { ...options, secrets: [options.webhookUrl] });
    },
  };
}

function renderSlack(message: Message, mention: readonly string[]) {
  const mentions = shouldMention(message) ? mention.slice(0, MAX_MENTIONS).map(mentionText) : [];
  return {
    // Mentions are in `text` because Slack does not notify users who are mentioned in attachments.
    text: [...mentions, safeText(fitTitle(message, MAX_HEADER), MAX_HEADER)].join(' '),
    attachments: [
      { color: message.state === 'resolved' ? COLORS.info : COLORS[message.severity], blocks: blocksOf(message) },
    ],
  };
}

function shouldMention({ severity, state, reason }: Message): boolean {
  return severity === 'critical' && state === 'firing' && MENTION_REASONS.has(reason);
}

function blocksOf(message: Message): Block[] {
  const maxChars = Math.min(MAX_FINDING, MAX_FINDINGS / Math.min(message.findings.length, MAX_LINES));
  const findings = takeLines(message.findings, MAX_LINES, (finding) => findingText(finding, maxChars));
  const changes = takeLines(message.changes, MAX_LINES, (change) => safeText(change, MAX_CHANGE));
  const links = linksOfMessage(message)
    .map(({ href, text }) => `<${href.replaceAll('&', '&amp;')}|${text}>`)
    .filter((link) => link.length <= MAX_LINK);
  return [
    {
      type: 'header',
      text: { type: 'plain_text', text: plainText(fitTitle(message, MAX_HEADER), MAX_HEADER), emoji: false },
    },
    { type: 'section', fields: factsOf(message).map(fieldOf) },
    ...listUnder(findingsTitle(message), findings),
    ...listUnder('What changed', changes),
    // A link, because a button shows a warning when the app does not handle interactions.
    // One each: a section has room for 3,000 characters.
    ...links.map(section),
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

function findingText(finding: MessageFinding, maxChars: number): string {
  const slice = finding.slice === undefined ? '' : `; slice: ${safeText(finding.slice, maxChars * 0.2)}`;
  const subject = codeText(subjectOf(finding), maxChars * 0.3);
  return `${finding.isNew ? '*new* ' : ''}${subject} ${safeText(finding.text, maxChars * 0.4)}${slice}`;
}

function listUnder(title: string, lines: readonly string[]): Block[] {
  return lines.length === 0 ? [] : [section([`*${title}*`, ...lines.map((line) => `• ${line}`)].join('\n'))];
}

function section(text: string): Block {
  return { type: 'section', text: markdown(text) };
}

/** `verbatim` stops Slack from making links and mentions out of text. */
function markdown(text: string): Block {
  return { type: 'mrkdwn', text, verbatim: true };
}
