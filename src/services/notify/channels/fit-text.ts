/** Makes one well-formed line: events may have line breaks, unpaired surrogates and bidirectional control characters. */
export function oneLine(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
}

/** At most `max` characters after escaping. Never cuts inside a surrogate pair or an entity. */
export function fitText(text: string, max: number, escapeGlyph: (glyph: string) => string = (glyph) => glyph): string {
  let whole = '';
  let cut = '';
  for (const glyph of text) {
    whole += escapeGlyph(glyph);
    if (whole.length > max) return `${cut}…`;
    if (whole.length < max) cut = whole;
  }
  return whole;
}
