import { AppError } from '../../core/errors.ts';
import type { KeyScope } from '../../core/key-scope.ts';
import { createApiKey, hashApiKey } from '../../store/api-key.ts';
import { type ApiKey, insertApiKey, lockApiKeys } from '../../store/api-keys.ts';
import type { Database } from '../../store/database.ts';

export interface KeyRequest {
  readonly name: string;
  readonly scope: KeyScope;
  /** Refuse a key of another scope while there is no admin key: nobody could make or revoke a further one. */
  readonly requiresAdmin: boolean;
}

/**
 * Makes an API key. Its text is in the answer only: the database keeps the hash.
 *
 * @throws AppError invalid_request when an admin key must come first
 */
export async function createKey(
  db: Database,
  { name, scope, requiresAdmin }: KeyRequest,
): Promise<{ readonly stored: ApiKey; readonly key: string }> {
  const key = createApiKey();
  const stored = await db.transaction(async (tx) => {
    const keys = await lockApiKeys(tx);
    if (requiresAdmin && scope !== 'admin' && !keys.some((other) => other.scope === 'admin')) {
      throw new AppError(
        'invalid_request',
        'Create a key of scope admin first: without one, no further key could be made.',
      );
    }
    return insertApiKey(tx, { name, scope, hash: hashApiKey(key) });
  });
  return { stored, key };
}
