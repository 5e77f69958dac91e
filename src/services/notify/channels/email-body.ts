import { escapeHtml } from '../../../core/format/escape-html.ts';
import type { Message } from '../../../core/incident/message.ts';
import {
  changeLines,
  describeMessage,
  factsOf,
  findingLines,
  findingsTitle,
  fitLine,
  fitTitle,
  formatTime,
  incidentLine,
  linksOfMessage,
} from './message-lines.ts';

const MAX_SUBJECT = 200;
const BARS = { info: '#36a64f', warning: '#ff9900', critical: '#d01f1f' } as const;
/** The mail program sets the text color, for its light or dark theme; this gray is readable in both. */
const SOFT = 'color:#7a8694';
const CELL = 'padding:4px 12px 4px 0;vertical-align:top;text-align:left;overflow-wrap:anywhere;word-break:break-word';

export interface EmailBody {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Renders a message as plain text and as HTML without external resources. */
export function renderEmail(message: Message): EmailBody {
  const subject = fitTitle(message, MAX_SUBJECT);
  return { subject, text: `${subject}\n\n${describeMessage(message)}\n`, html: pageOf(message, subject) };
}

function pageOf(message: Message, subject: string): string {
  const bar = message.state === 'resolved' ? BARS.info : BARS[message.severity];
  const rows = factsOf(message).map(
    ({ label, value }) =>
      `<tr><td style="${CELL};${SOFT};white-space:nowrap">${label}</td><td style="${CELL}">${escapeHtml(fitLine(value))}</td></tr>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">
<title>${escapeHtml(subject)}</title></head>
<body style="margin:0;padding:16px;font:15px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif">
<table role="presentation" cellspacing="0" cellpadding="0" style="width:100%;max-width:640px;border-left:4px solid ${bar}"><tr><td style="padding:0 0 0 16px">
<h1 style="margin:0 0 12px;font-size:18px;line-height:1.3;overflow-wrap:anywhere">${escapeHtml(subject)}</h1>
<table role="presentation" cellspacing="0" cellpadding="0" style="border-collapse:collapse">
${rows.join('\n')}
</table>
${listUnder(findingsTitle(message), findingLines(message))}${listUnder('What changed', changeLines(message))}${linkTo(message)}
<p style="margin:16px 0 0;font-size:13px;${SOFT}">${escapeHtml(`${incidentLine(message)}, ${formatTime(message.at)}`)}</p>
</td></tr></table>
</body></html>
`;
}

function listUnder(title: string, lines: readonly string[]): string {
  if (lines.length === 0) return '';
  const items = lines.map((line) => `<li style="margin:0 0 4px;overflow-wrap:anywhere">${escapeHtml(line)}</li>`);
  return `<h2 style="margin:16px 0 4px;font-size:15px">${title}</h2>
<ul style="margin:0;padding:0 0 0 20px">${items.join('\n')}</ul>
`;
}

function linkTo(message: Message): string {
  const links = linksOfMessage(message).map(({ href, text }) => `<a href="${escapeHtml(href)}">${text}</a>`);
  return links.length === 0 ? '' : `<p style="margin:16px 0 0">${links.join(' · ')}</p>`;
}
