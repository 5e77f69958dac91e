import { AppError } from '../../core/errors.ts';
import { lockApiKeys, revokeApiKey } from '../../store/api-keys.ts';
import type { Database } from '../../store/database.ts';

const LAST_KEY =
  'This is the last key: without any, everybody on this machine may do everything. Create another key first, or ask for that with ' +
  '`open=true` in the query (`plumbline keys revoke --open`).';

export interface RevokeRequest {
  readonly id: number;
  /** The very last key may go: after it, no key is asked for on this machine. */
  readonly opensService: boolean;
}

/**
 * Revokes an API key. While other keys are good, an admin key must remain.
 *
 * @throws AppError not_found, or conflict for the last admin key, and for the last key unless that is wanted
 */
export async function revokeKey(db: Database, { id, opensService }: RevokeRequest): Promise<void> {
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
    if (others.length === 0 && !opensService) throw new AppError('conflict', LAST_KEY);
    await revokeApiKey(tx, id);
  });
}
