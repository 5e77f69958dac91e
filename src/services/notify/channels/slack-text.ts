import { fitText, oneLine } from './fit-text.ts';

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Slack has no escape for these marks, so what looks like them stands in. */
const LOOKALIKES: Readonly<Record<string, string>> = { '*': '∗', '~': '∼', '`': 'ˋ', '@': '＠', _: '＿' };

/** For a `plain_text`, where only entities count. */
export function plainText(text: string, max: number): string {
  return fitText(oneLine(text), max, escapeGlyph);
}

/** For `mrkdwn`, with nothing in it that acts. An underline within a word does not. */
export function safeText(text: string, max: number): string {
  const calm = oneLine(text).replace(
    /[*~`@]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu,
    (mark) => LOOKALIKES[mark] ?? mark,
  );
  return fitText(calm, max, escapeGlyph);
}

/** A name as code: nothing acts in it, and it can be copied as it is. */
export function codeText(text: string, max: number): string {
  const name = oneLine(text).replaceAll('`', 'ˋ');
  return name === '' ? '–' : `\`${fitText(name, max - 2, escapeGlyph)}\``;
}

/** Shown in the reader's own time; `fallback` where that cannot be. */
export function dateText(iso: string, fallback: string): string {
  const seconds = Math.floor(Date.parse(iso) / 1_000);
  const shown = plainText(fallback, 100).replaceAll('|', ' ');
  return Number.isNaN(seconds) ? shown : `<!date^${seconds}^{date_short_pretty} {time}|${shown}>`;
}

/** `U123` a person, `S123` a group, `@here` and `@channel` those who are there. */
export function mentionText(mention: string): string {
  if (mention === '@here' || mention === '@channel') return `<!${mention.slice(1)}>`;
  if (/^S[A-Z0-9]+$/.test(mention)) return `<!subteam^${mention}>`;
  return /^[UW][A-Z0-9]+$/.test(mention) ? `<@${mention}>` : safeText(mention, 50);
}

function escapeGlyph(glyph: string): string {
  return ENTITIES[glyph] ?? glyph;
}
