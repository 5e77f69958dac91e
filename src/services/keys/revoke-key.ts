import { AppError } from '../../core/errors.ts';
import { lockApiKeys, revokeApiKey } from '../../store/api-keys.ts';
import type { Database } from '../../store/database.ts';

/**
 * Revokes an API key. While other keys are good, an admin key must remain; the very last key may go, and then none is asked for.
 *
 * @throws AppError not_found, or conflict for the last admin key
 */
export async function revokeKey(db: Database, id: number): Promise<void> {
  await db.transaction(async (tx) => {
    const keys = await lockApiKeys(tx);
    const key = keys.find((known) => known.id === id);
    if (key === undefined) throw new AppError('not_found', `No key ${id} exists that could be revoked.`);
    const others = keys.filter((other) => other !== key);
    if (key.scope === 'admin' && others.length > 0 && !others.some(({ scope }) => scope === 'admin')) {
      throw new AppError(
        'conflict',
        'This is the last admin key: revoke the others first, or create another admin key.',
      );
    }
    await revokeApiKey(tx, id);
  });
}
