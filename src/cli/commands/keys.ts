import { type Command, Option } from 'commander';
import type { CreatedKey, KeyEntry, KeyList } from '../../api/keys.ts';
import { isoTime, isoTimeOrNull } from '../../core/format/iso-time.ts';
import { KEY_SCOPES, type KeyScope } from '../../core/key-scope.ts';
import { createKey as createStoredKey } from '../../services/keys/create-key.ts';
import { type RevokeRequest, revokeKey as revokeStoredKey } from '../../services/keys/revoke-key.ts';
import { type ApiKey, listApiKeys } from '../../store/api-keys.ts';
import type { Database } from '../../store/database.ts';
import { migrate } from '../../store/engine/migrate.ts';
import { API_OPTION, type Api, apiFrom } from '../api.ts';
import { withDatabase } from '../direct-database.ts';
import { usageFailure } from '../failure.ts';
import { renderTable } from '../output/table.ts';
import type { Terminal } from '../terminal.ts';

/** Keys are managed by the running service, or before the first start directly in the database. */
interface KeyRing {
  create(name: string, scope: KeyScope): Promise<{ id: number; key: string }>;
  list(): Promise<readonly KeyEntry[]>;
  revoke(request: RevokeRequest): Promise<void>;
}

const HELP = `
While there is no key, the service only answers on this machine. Scopes: ingest can send events, read can read, admin can do
everything. A key is printed only once; the database stores its hash. If no service answers and --api is not set, the command opens
the database directly (DATABASE_URL or DATA_DIR), so that you can create a key before the first public start.

Examples:
  plumbline keys create --scope admin --name ops
  plumbline keys create --scope ingest --name payments-api
  plumbline keys revoke 3`;

export function addKeysCommand(program: Command, terminal: Terminal): void {
  const group = program.command('keys').description('Create, list and revoke API keys').addHelpText('after', HELP);
  group
    .command('create')
    .description('Create a key and print it once')
    .addOption(new Option('--scope <scope>', 'what the key can do').choices(KEY_SCOPES).makeOptionMandatory())
    .option('--name <name>', 'name of the key, for example who uses it', 'unnamed')
    .option(...API_OPTION)
    .action((options: { scope: KeyScope; name: string; api?: string }) =>
      withKeyRing(terminal, options.api, (ring) => createKey(terminal, ring, options.name, options.scope)),
    );
  group
    .command('list')
    .description('List keys')
    .option(...API_OPTION)
    .action(({ api }: { api?: string }) => withKeyRing(terminal, api, (ring) => listKeys(terminal, ring)));
  group
    .command('revoke')
    .description('Revoke a key')
    .argument('<id>', 'id of the key, see keys list')
    .option('--open', 'also the last key: then no key is asked for, and this machine may do everything', false)
    .option(...API_OPTION)
    .action((id: string, { open, api }: { open: boolean; api?: string }) =>
      withKeyRing(terminal, api, (ring) => revokeKey(terminal, ring, { id: Number(id), opensService: open })),
    );
}

async function createKey(terminal: Terminal, ring: KeyRing, name: string, scope: KeyScope): Promise<void> {
  const { id, key } = await ring.create(name, scope);
  terminal.out(key);
  terminal.err(
    `key ${id}, "${name}", scope ${scope}. It is not shown again. Set PLUMBLINE_API_KEY to use it in commands.\n`,
  );
}

async function listKeys(terminal: Terminal, ring: KeyRing): Promise<void> {
  const keys = await ring.list();
  if (keys.length === 0) return terminal.out('no keys yet; create one with plumbline keys create');
  const rows = keys.map(({ id, name, scope, created_at, revoked_at }) => {
    const state =
      revoked_at === null ? terminal.colors.green('active') : terminal.colors.dim(`revoked ${day(revoked_at)}`);
    return [String(id), name, scope, day(created_at), state];
  });
  for (const line of renderTable(['id', 'name', 'scope', 'created', 'state'], rows)) terminal.out(line);
}

async function revokeKey(terminal: Terminal, ring: KeyRing, request: RevokeRequest): Promise<void> {
  const { id } = request;
  if (!Number.isSafeInteger(id) || id < 1)
    throw usageFailure('give the number of a key, as plumbline keys list shows it');
  await ring.revoke(request);
  terminal.out(`key ${id} is revoked`);
}

function day(iso: string): string {
  return iso.slice(0, 10);
}

async function withKeyRing(
  terminal: Terminal,
  url: string | undefined,
  work: (ring: KeyRing) => Promise<void>,
): Promise<void> {
  const api = apiFrom(terminal.env, url);
  if (url !== undefined || (await api.isUp())) return work(ringBehind(api));
  await withDatabase(terminal, async (db, log) => {
    await migrate(db, log);
    await work(ringIn(db));
  });
}

function ringBehind(api: Api): KeyRing {
  return {
    create: (name, scope) => api.json<CreatedKey>('POST', '/v1/keys', { body: { name, scope } }),
    list: async () => (await api.json<KeyList>('GET', '/v1/keys')).keys,
    revoke: async ({ id, opensService }) => {
      await api.json('DELETE', `/v1/keys/${id}`, opensService ? { query: { open: 'true' } } : {});
    },
  };
}

function ringIn(db: Database): KeyRing {
  return {
    create: async (name, scope) => {
      const { stored, key } = await createStoredKey(db, { name, scope, requiresAdmin: true });
      return { id: stored.id, key };
    },
    list: async () => (await listApiKeys(db)).map(toEntry),
    revoke: (request) => revokeStoredKey(db, request),
  };
}

function toEntry({ id, name, scope, createdAtMs, revokedAtMs }: ApiKey): KeyEntry {
  return { id, name, scope, created_at: isoTime(createdAtMs), revoked_at: isoTimeOrNull(revokedAtMs) };
}
