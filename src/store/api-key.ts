import { createHash, randomBytes } from 'node:crypto';

const PREFIX = 'pl_';
const RANDOM_BYTES = 24;
const SHAPE = /^pl_[A-Za-z0-9_-]{32}$/;
const ANYWHERE = /pl_[A-Za-z0-9_-]{32}/g;

/** A new key: 192 random bits, so that a plain SHA-256 of it is as good as any slow hash. */
export function createApiKey(): string {
  return PREFIX + randomBytes(RANDOM_BYTES).toString('base64url');
}

export function isApiKey(text: string): boolean {
  return SHAPE.test(text);
}

/** A text with no key in it, for what is logged. */
export function hideApiKeys(text: string): string {
  return text.replace(ANYWHERE, `${PREFIX}…`);
}

export function hashApiKey(key: string): Uint8Array {
  return createHash('sha256').update(key).digest();
}
