import { z } from 'zod';
import { CHANNEL_TYPES } from '../core/incident/channel-type.ts';
import { text } from './parameters.ts';

export const channelParams = z.object({ channel: text(200) });

export const channelList = z
  .object({
    channels: z
      .array(z.object({ name: z.string(), type: z.enum(CHANNEL_TYPES), dry_run: z.boolean() }).readonly())
      .readonly(),
  })
  .readonly()
  .meta({ id: 'ChannelList' });
export type ChannelList = z.output<typeof channelList>;

export const channelTest = z
  .object({
    sent: z.literal(true),
    dry_run: z.boolean(),
    message: z.unknown().describe('As it was sent, without secrets'),
  })
  .readonly()
  .meta({ id: 'ChannelTest' });
export type ChannelTest = z.output<typeof channelTest>;
