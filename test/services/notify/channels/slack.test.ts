import { describe, expect, test } from 'vitest';
import type { Message } from '../../../../src/core/incident/message.ts';
import { slackChannel } from '../../../../src/services/notify/channels/slack.ts';
import { HOSTILE, messageSaying, NOW, sampleMessage } from '../sample-message.ts';

interface TextObject {
  readonly type: string;
  readonly text: string;
  readonly verbatim?: boolean;
}
interface Block {
  readonly type: string;
  readonly text?: TextObject;
  readonly fields?: TextObject[];
  readonly elements?: TextObject[];
}
interface Payload {
  readonly text: string;
  readonly attachments: [{ readonly color: string; readonly blocks: Block[] }];
}

function render(
  message: Message,
  mention: string[] = ['U123', 'W9', 'S123', '@here', '@channel', '<!everyone>'],
): Payload {
  const options = { name: 's', webhookUrl: 'https://hooks.slack.com/x', mention, allowHosts: [], now: () => NOW };
  return slackChannel(options).render(message) as Payload;
}

const textsOf = ({ attachments: [{ blocks }] }: Payload) =>
  blocks
    .flatMap((block) => [block.text, ...(block.fields ?? []), ...(block.elements ?? [])])
    .filter((text) => text !== undefined);

/** What Slack acts on, taken away where we mean it. */
const withoutOurs = (text: string) =>
  text
    .replace(/<!date\^\d+\^[^|<>]+\|[^|<>]+>|<https:\/\/plumbline[^|<>]+\|Open incident 7>/g, '')
    .replace(/\*(new|Findings|What changed|[A-Z][a-z ]+)\*/g, '');

test('the first lines have the subject, the stream, the start and the size of the drift', () => {
  const { text, attachments } = render(sampleMessage());
  expect(text).toBe(
    '<@U123> <@W9> <!subteam^S123> <!here> <!channel> &lt;!everyone&gt; [CRITICAL] Drift on payments_api POST /v2/payments',
  );
  const [{ color, blocks }] = attachments;
  expect(color).toBe('#ff0000');
  expect(blocks.map((block) => block.type)).toEqual(['header', 'section', 'section', 'section', 'section', 'context']);
  expect(blocks[0]?.text?.text).toBe('[CRITICAL] Drift on payments_api POST /v2/payments');
  expect(blocks[1]?.fields?.map((field) => field.text)).toEqual([
    '*Service*\n`payments_api`',
    '*Endpoint*\n`POST /v2/payments`',
    '*Severity*\ncritical',
    '*Failing since*\n<!date^1772362800^{date_short_pretty} {time}|2026-03-01 11:00 UTC>',
    '*Window*\n2026-03-01 10:00 UTC to 2026-03-01 11:00 UTC, 1,234 events',
    '*Compared with*\nbaseline payments (2026-02-01)',
    '*Monitor*\n`payments hourly`',
    '*Labels*\nteam: pay, cost-center: 12',
  ]);
  expect(blocks[2]?.text?.text).toBe(
    '*Findings*\n• *new* `request.body.amount · amount_ks` KS distance 0.43 (floor 0.05), p 1.2e-31, 500 events; slice: country = CZ\n• `success_rate` 91 % (target 99 %)',
  );
  expect(blocks[3]?.text?.text).toBe('*What changed*\n• The severity rose from warning to critical.');
  expect(blocks[4]?.text?.text).toBe('<https://plumbline.example/incidents/7?a=1&amp;b=2|Open incident 7>');
  expect(blocks[5]?.elements?.[0]?.text).toMatch(
    /^Incident 7, opened \(plumbline incidents show 7\) · <!date\^1772363100\^/,
  );
});

test.each([
  ['critical', 'firing', 'opened', '#ff0000', true],
  ['critical', 'firing', 'reopened', '#ff0000', true],
  ['critical', 'firing', 'severity_raised', '#ff0000', true],
  ['critical', 'firing', 'new_findings', '#ff0000', false],
  ['critical', 'firing', 'repeat_interval', '#ff0000', false],
  ['critical', 'firing', 'test', '#ff0000', false],
  ['warning', 'firing', 'opened', '#ff9900', false],
  ['info', 'firing', 'opened', '#36a64f', false],
  ['critical', 'resolved', 'resolved', '#36a64f', false],
] as const)('%s, %s, %s: %s, mentions: %s', (severity, state, reason, color, mentions) => {
  const payload = render(
    sampleMessage({ severity, state, reason, resolvedAt: state === 'resolved' ? '2026-03-01T11:05:00Z' : null }),
  );
  expect(payload.attachments[0].color).toBe(color);
  expect(payload.text.includes('<@U123>')).toBe(mentions);
});

describe.each([
  ['10,000 characters', 'x'.repeat(10_000)],
  ['10,000 that grow when escaped', '&<>'.repeat(3_333)],
  ['10,000 emoji', '👩‍🚀'.repeat(2_500)],
  ['hostile text', HOSTILE],
  ['much hostile text', HOSTILE.repeat(100)],
  ['nothing', ''],
  ['only spaces', ' \n\u0000 '],
])('%s in every field', (_name, text) => {
  const payload = render(messageSaying(text));
  const texts = textsOf(payload);

  test('stays within the limits', () => {
    expect(payload.attachments[0].blocks.length).toBeLessThanOrEqual(50);
    for (const block of payload.attachments[0].blocks) {
      expect(block.fields?.length ?? 0).toBeLessThanOrEqual(10);
      expect(block.text?.text.length ?? 1).toBeLessThanOrEqual(block.type === 'header' ? 150 : 3_000);
      for (const field of block.fields ?? []) expect(field.text.length).toBeLessThanOrEqual(2_000);
    }
    for (const each of texts) expect(each.text.length).toBeGreaterThan(0);
    expect(texts.some((each) => each.text.endsWith('and 50 more'))).toBe(true);
  });

  test('has no active markup, and is never cut inside an entity', () => {
    for (const { type, text: shown, verbatim } of [
      ...texts,
      { type: 'mrkdwn', text: payload.text.replace(/^.*?\[/, '['), verbatim: true },
    ]) {
      expect(shown.isWellFormed()).toBe(true);
      expect(shown).not.toMatch(/&(?!(amp|lt|gt);)/);
      expect(withoutOurs(shown)).not.toMatch(/[<>]/);
      expect(shown.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202a-\u202e\u2028]/u);
      if (type !== 'mrkdwn') continue;
      expect(verbatim).toBe(true);
      const outsideCode = withoutOurs(shown).replace(/`[^`\n]*`/g, '');
      expect(outsideCode).not.toMatch(/[*~`@]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/u);
    }
  });

  test('has no line breaks in a field', () => {
    for (const field of payload.attachments[0].blocks[1]?.fields ?? []) expect(field.text.split('\n')).toHaveLength(2);
    expect(payload.attachments[0].blocks[2]?.text?.text.split('\n')).toHaveLength(12);
  });
});

test.each(['javascript:alert(1)', 'not a url', 'ftp://x/', `https://x/${'y'.repeat(5_000)}`, null])(
  '%s is not a link',
  (url) => {
    const payload = render(sampleMessage({ incident: { id: 7, url } }));
    expect(JSON.stringify(payload)).not.toContain('Open incident');
  },
);

test('a link cannot break its markup', () => {
  const payload = render(sampleMessage({ incident: { id: 7, url: 'https://x.example/a|b>c<!channel>?d=<!here>|e' } }));
  expect(JSON.stringify(payload.attachments)).toMatch(/<https:[^|<>]*\|Open incident 7>/);
});
