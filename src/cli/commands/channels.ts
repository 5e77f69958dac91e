import type { Command } from 'commander';
import { apiFrom } from '../api.ts';
import { Failure } from '../failure.ts';
import { addApiCommand } from '../stream-options.ts';
import { renderTable } from '../table.ts';
import type { Terminal } from '../terminal.ts';

interface NotificationEntry {
  readonly id: number;
  readonly channel: string;
  readonly title: string;
  readonly attempts: number;
  readonly last_error: string | null;
}

type Options = { readonly api?: string };

const HELP = `
Channels are set up where the service runs: CHANNELS_FILE, or SLACK_WEBHOOK_URL and SMTP_HOST; docs/channels.md.

Examples:
  plumbline channels test slack        sends a sample message, now
  plumbline channels dead              messages that could not be delivered
  plumbline channels replay --channel slack`;

export function addChannelsCommand(program: Command, terminal: Terminal): void {
  const group = program
    .command('channels')
    .description('who can be told, and what could not be')
    .addHelpText('after', HELP);
  const add = (name: string, description: string) => addApiCommand(group, name, description);
  add('list', 'all channels').action(async ({ api }: Options) => {
    const answer = await apiFrom(terminal.env, api).json<{
      channels: { name: string; type: string; dry_run: boolean }[];
    }>('GET', '/v1/channels');
    const rows = answer.channels.map(({ name, type, dry_run: isDry }) => [
      name,
      type,
      isDry ? 'dry run: only logged' : '',
    ]);
    for (const line of renderTable(['channel', 'type', ''], rows)) terminal.out(line);
  });
  add('test', 'send a sample message, now')
    .argument('<channel>')
    .action(async (name: string, { api }: Options) => {
      const path = `/v1/channels/${encodeURIComponent(name)}/test`;
      const { dry_run: isDry } = await apiFrom(terminal.env, api).json<{ dry_run: boolean }>('POST', path);
      terminal.out(isDry ? `${name} is a dry run: the message is in the service's log` : `${name} took the message`);
    });
  add('dead', 'messages that could not be delivered').action(({ api }: Options) => listDead(terminal, api));
  add('replay', 'send dead letters again')
    .argument('[id]', 'one of them; without it all')
    .option('--channel <name>', 'those of one channel')
    .action(async (id: string | undefined, { api, channel }: Options & { channel?: string }) => {
      const body = { ...(id !== undefined && { id: Number(id) }), ...(channel !== undefined && { channel }) };
      const request = { body };
      const answer = await apiFrom(terminal.env, api).json<{ replayed: number }>(
        'POST',
        '/v1/notifications/replay',
        request,
      );
      if (id !== undefined && answer.replayed === 0)
        throw new Failure(`no dead letter ${id} can be sent again; plumbline channels dead lists them`);
      terminal.out(`${answer.replayed} are sent again`);
    });
}

async function listDead(terminal: Terminal, api: string | undefined): Promise<void> {
  const query = { status: 'dead', limit: 1_000 };
  const answer = await apiFrom(terminal.env, api).json<{ notifications: NotificationEntry[] }>(
    'GET',
    '/v1/notifications',
    {
      query,
    },
  );
  if (answer.notifications.length === 0) return terminal.out('there is no dead letter');
  const rows = answer.notifications.map((row) => [
    String(row.id),
    row.channel,
    row.title,
    String(row.attempts),
    row.last_error ?? '',
  ]);
  for (const line of renderTable(['id', 'channel', 'message', 'tries', 'why'], rows)) terminal.out(line);
}
