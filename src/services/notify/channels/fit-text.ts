/** On one line and well formed: events may hold line breaks, lone surrogates and marks that turn text around. */
export function oneLine(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
}

/** At most `max` long once escaped, cut between glyphs: neither a surrogate pair nor an entity is cut in two. */
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
