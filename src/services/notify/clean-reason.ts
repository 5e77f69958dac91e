const MAX_LENGTH = 200;

/** What a receiver answered, fit for a log and a page: one short line, without what only the configuration should hold. */
export function cleanReason(text: string, secrets: readonly string[]): string {
  const clean = removeControls(text);
  // The longest first: a shorter one may be a part of it.
  const hidden = [...new Set(secrets.flatMap(spellings))].sort((a, b) => b.length - a.length);
  const redacted = hidden.reduce((kept, secret) => kept.replaceAll(secret, '***'), clean);
  return [...redacted].slice(0, MAX_LENGTH).join('').trim();
}

/** The ways in which an answer may quote a secret: as it is, and as URLs and JSON write it. */
function spellings(secret: string): string[] {
  const plain = removeControls(secret);
  const encoded = encodeURIComponent(plain);
  const quoted = JSON.stringify(plain).slice(1, -1);
  return [plain, encoded, quoted, quoted.replaceAll('/', '\\/')].filter((spelling) => spelling !== '');
}

/** Also those that turn the direction of text around or hide it. */
function removeControls(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim();
}
