import type { onRequestHookHandler } from 'fastify';
import { AppError } from '../core/errors.ts';
import type { SchemaWatch } from '../store/engine/schema-watch.ts';
import { type Access, storesNothing } from './auth.ts';

const RETRY_SECONDS = 5;

/** Reads that store nothing go on while a newer version has migrated the database. */
export function refuseWhileOutdated(
  access: Access,
  route: string,
  schema: SchemaWatch,
): onRequestHookHandler | undefined {
  if (storesNothing(access, route)) return undefined;
  return (_request, _reply, done) => done(outdatedRefusal(schema));
}

/** The refusal of a process that is older than its database. */
export function outdatedRefusal({ newerMigration }: SchemaWatch): AppError | undefined {
  if (newerMigration === undefined) return undefined;
  const detail = `A newer version has migrated the database (${newerMigration}), so this process stores nothing more. Start that version in its place.`;
  return new AppError('outdated', detail, { retryAfterSeconds: RETRY_SECONDS });
}
