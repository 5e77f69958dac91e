import type { Command } from 'commander';
import type { ChannelList, ChannelTest } from '../../api/channels.ts';
import type { NotificationPage, ReplayAnswer } from '../../api/notifications.ts';
import { apiFrom } from '../api.ts';
import { usageFailure } from '../failure.ts';
import { type ApiOption, addApiCommand } from '../options.ts';
import { renderTable } from '../output/table.ts';
import type { Terminal } from '../terminal.ts';

const HELP = `
Channels are configured in the environment of the service: CHANNELS_FILE, or SLACK_WEBHOOK_URL and SMTP_HOST. See docs/channels.md.

Examples:
  plumbline channels test slack        send a test message
  plumbline channels dead              list notifications that could not be delivered
  plumbline channels replay --channel slack`;

export function addChannelsCommand(program: Command, terminal: Terminal): void {
  const group = program
    .command('channels')
    .description('List and test channels, and send failed notifications again')
    .addHelpText('after', HELP);
  const add = (name: string, description: string) => addApiCommand(group, name, description);
  add('list', 'List channels').action(async ({ api }: ApiOption) => {
    const answer = await apiFrom(terminal.env, api).json<ChannelList>('GET', '/v1/channels');
    const rows = answer.channels.map(({ name, type, dry_run: isDry }) => [
      name,
      type,
      isDry ? 'dry run: only logged' : '',
    ]);
    for (const line of renderTable(['channel', 'type', ''], rows)) terminal.out(line);
  });
  add('test', 'Send a test message to a channel')
    .argument('<channel>', 'name of the channel')
    .action(async (name: string, { api }: ApiOption) => {
      const path = `/v1/channels/${encodeURIComponent(name)}/test`;
      const { dry_run: isDry } = await apiFrom(terminal.env, api).json<ChannelTest>('POST', path);
      terminal.out(isDry ? `${name} only logs: the message is in the service's log` : `${name} accepted the message`);
    });
  add('dead', 'List notifications that could not be delivered').action(({ api }: ApiOption) => listDead(terminal, api));
  add('replay', 'Send notifications again that could not be delivered')
    .argument('[id]', 'id of one notification (default: all)')
    .option('--channel <name>', 'only notifications of this channel')
    .action(async (id: string | undefined, { api, channel }: ApiOption & { channel?: string }) => {
      const body = { ...(id !== undefined && { id: Number(id) }), ...(channel !== undefined && { channel }) };
      const answer = await apiFrom(terminal.env, api).json<ReplayAnswer>('POST', '/v1/notifications/replay', {
        body,
      });
      if (id !== undefined && answer.replayed === 0)
        throw usageFailure(`notification ${id} cannot be sent again; list those that can with plumbline channels dead`);
      terminal.out(`notifications to send again: ${answer.replayed}`);
    });
}

async function listDead(terminal: Terminal, api: string | undefined): Promise<void> {
  const query = { status: 'dead', limit: 1_000 };
  const answer = await apiFrom(terminal.env, api).json<NotificationPage>('GET', '/v1/notifications', { query });
  if (answer.notifications.length === 0) return terminal.out('no notifications failed');
  const rows = answer.notifications.map((row) => [
    String(row.id),
    row.channel,
    row.title,
    String(row.attempts),
    row.last_error ?? '',
  ]);
  for (const line of renderTable(['id', 'channel', 'message', 'attempts', 'last error'], rows)) terminal.out(line);
}
