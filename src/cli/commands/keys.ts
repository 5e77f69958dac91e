import { type Command, Option } from 'commander';
import { isoTime, isoTimeOrNull } from '../../core/format/iso-time.ts';
import { KEY_SCOPES, type KeyScope } from '../../core/key-scope.ts';
import { createKey as createStoredKey } from '../../services/keys/create-key.ts';
import { revokeKey as revokeStoredKey } from '../../services/keys/revoke-key.ts';
import { type ApiKey, listApiKeys } from '../../store/api-keys.ts';
import type { Database } from '../../store/database.ts';
import { migrate } from '../../store/engine/migrate.ts';
import { API_OPTION, type Api, apiFrom } from '../api.ts';
import { withDatabase } from '../direct-database.ts';
import { Failure } from '../failure.ts';
import { renderTable } from '../table.ts';
import type { Terminal } from '../terminal.ts';

interface KeyEntry {
  readonly id: number;
  readonly name: string;
  readonly scope: KeyScope;
  readonly created_at: string;
  readonly revoked_at: string | null;
}

/** Where keys live: behind a running service, or, before the first start, in the database itself. */
interface KeyRing {
  create(name: string, scope: KeyScope): Promise<{ id: number; key: string }>;
  list(): Promise<KeyEntry[]>;
  revoke(id: number): Promise<void>;
}

const HELP = `
Without any key the service serves this machine only. ingest may send events, read may read, admin may do everything.
A key is shown once; the database keeps its hash. When no service answers and --api is not given, the database is opened
directly (DATABASE_URL, or DATA_DIR), for the first key before a public start.

Examples:
  plumbline keys create --scope admin --name ops
  plumbline keys create --scope ingest --name payments-api
  plumbline keys revoke 3`;

export function addKeysCommand(program: Command, terminal: Terminal): void {
  const group = program.command('keys').description('make, list and revoke API keys').addHelpText('after', HELP);
  group
    .command('create')
    .description('make a key and show it, this once')
    .addOption(new Option('--scope <scope>', 'what it may do').choices(KEY_SCOPES).makeOptionMandatory())
    .option('--name <name>', 'who uses it', 'unnamed')
    .option(...API_OPTION)
    .action((options: { scope: KeyScope; name: string; api?: string }) =>
      withKeyRing(terminal, options.api, (ring) => createKey(terminal, ring, options.name, options.scope)),
    );
  group
    .command('list')
    .description('list keys')
    .option(...API_OPTION)
    .action(({ api }: { api?: string }) => withKeyRing(terminal, api, (ring) => listKeys(terminal, ring)));
  group
    .command('revoke')
    .description('make a key worthless, at once')
    .argument('<id>', 'as in keys list')
    .option(...API_OPTION)
    .action((id: string, { api }: { api?: string }) =>
      withKeyRing(terminal, api, (ring) => revokeKey(terminal, ring, Number(id))),
    );
}

async function createKey(terminal: Terminal, ring: KeyRing, name: string, scope: KeyScope): Promise<void> {
  const { id, key } = await ring.create(name, scope);
  terminal.out(key);
  terminal.err(
    `key ${id}, "${name}", scope ${scope}. It is not shown again. Commands take it from PLUMBLINE_API_KEY.\n`,
  );
}

async function listKeys(terminal: Terminal, ring: KeyRing): Promise<void> {
  const keys = await ring.list();
  if (keys.length === 0) return terminal.out('there is no key; make one with plumbline keys create');
  const rows = keys.map(({ id, name, scope, created_at, revoked_at }) => {
    const state =
      revoked_at === null ? terminal.colors.green('good') : terminal.colors.dim(`revoked ${day(revoked_at)}`);
    return [String(id), name, scope, day(created_at), state];
  });
  for (const line of renderTable(['id', 'name', 'scope', 'made', ''], rows)) terminal.out(line);
}

async function revokeKey(terminal: Terminal, ring: KeyRing, id: number): Promise<void> {
  if (!Number.isSafeInteger(id) || id < 1)
    throw new Failure('give the number of a key, as plumbline keys list shows it');
  await ring.revoke(id);
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
    create: (name, scope) => api.json('POST', '/v1/keys', { body: { name, scope } }),
    list: async () => (await api.json<{ keys: KeyEntry[] }>('GET', '/v1/keys')).keys,
    revoke: async (id) => {
      await api.json('DELETE', `/v1/keys/${id}`);
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
    revoke: (id) => revokeStoredKey(db, id),
  };
}

function toEntry({ id, name, scope, createdAtMs, revokedAtMs }: ApiKey): KeyEntry {
  return { id, name, scope, created_at: isoTime(createdAtMs), revoked_at: isoTimeOrNull(revokedAtMs) };
}
