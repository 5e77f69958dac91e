import type { ChannelType } from '../../core/incident/channel-type.ts';
import type { Message } from '../../core/incident/message.ts';
import type { StoreLog } from '../../store/database.ts';
import type { Channel } from './channel.ts';
import { describeMessage, fitTitle } from './channels/message-lines.ts';

const TITLE_LENGTH = 200;

/** A channel whose secrets are not set, and the one that is there when none is configured: what it would send is logged. */
export function dryRunChannel(
  name: string,
  type: ChannelType,
  log: StoreLog,
  render: (message: Message) => unknown = describeMessage,
): Channel {
  return {
    name,
    type,
    isDryRun: type !== 'log',
    keepsState: false,
    render,
    send: async (message) => {
      const fields = { channel: name, id: message.id, reason: message.reason, message: render(message) };
      log.info(fields, `${type === 'log' ? '' : 'dry run: '}${fitTitle(message, TITLE_LENGTH)}`);
      return { kind: 'sent' };
    },
  };
}
