import { fitText, oneLine } from './fit-text.ts';

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Slack cannot escape these characters, so similar ones replace them. */
const LOOKALIKES: Readonly<Record<string, string>> = { '*': '∗', '~': '∼', '`': 'ˋ', '@': '＠', _: '＿' };

/** Text for a `plain_text` field, where only entities need escaping. */
export function plainText(text: string, max: number): string {
  return fitText(oneLine(text), max, escapeGlyph);
}

/** Text for a `mrkdwn` field, without active markup. An underscore inside a word is not markup. */
export function safeText(text: string, max: number): string {
  const inert = oneLine(text).replace(
    /[*~`@]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu,
    (mark) => LOOKALIKES[mark] ?? mark,
  );
  return fitText(inert, max, escapeGlyph);
}

/** A name as code: without active markup, and easy to copy. */
export function codeText(text: string, max: number): string {
  const name = oneLine(text).replaceAll('`', 'ˋ');
  return name === '' ? '–' : `\`${fitText(name, max - 2, escapeGlyph)}\``;
}

/** Slack shows this in the reader's time zone, or as `fallback`. */
export function dateText(iso: string, fallback: string): string {
  const seconds = Math.floor(Date.parse(iso) / 1_000);
  const shown = plainText(fallback, 100).replaceAll('|', ' ');
  return Number.isNaN(seconds) ? shown : `<!date^${seconds}^{date_short_pretty} {time}|${shown}>`;
}

/** `U123` is a user, `S123` a user group; `@here` and `@channel` are for all members of the channel. */
export function mentionText(mention: string): string {
  if (mention === '@here' || mention === '@channel') return `<!${mention.slice(1)}>`;
  if (/^S[A-Z0-9]+$/.test(mention)) return `<!subteam^${mention}>`;
  return /^[UW][A-Z0-9]+$/.test(mention) ? `<@${mention}>` : safeText(mention, 50);
}

function escapeGlyph(glyph: string): string {
  return ENTITIES[glyph] ?? glyph;
}
