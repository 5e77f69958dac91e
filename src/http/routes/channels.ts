import { channelList, channelParams, channelTest } from '../../api/channels.ts';
import { AppError } from '../../core/errors.ts';
import type { Channel } from '../../services/notify/channel.ts';
import { sampleMessage } from '../../services/notify/sample-message.ts';
import type { HttpApp, HttpContext } from '../context.ts';

const tags = ['notifications'];

export function channelRoutes(
  app: HttpApp,
  { channels, clock, config }: Pick<HttpContext, 'channels' | 'clock' | 'config'>,
): void {
  const list = { tags, operationId: 'listChannels', summary: 'All channels', response: { 200: channelList } };
  app.get('/v1/channels', { schema: list }, async () => ({
    channels: [...channels.byName.values()].map(({ name, type, isDryRun }) => ({ name, type, dry_run: isDryRun })),
  }));

  const test = {
    tags,
    operationId: 'testChannel',
    summary: 'Send a sample message now',
    params: channelParams,
    response: { 200: channelTest },
  };
  app.post('/v1/channels/:channel/test', { schema: test }, async (request) => {
    const found = getChannel(channels.byName, request.params.channel);
    const message = sampleMessage(clock.now(), config.PUBLIC_URL ?? null);
    const outcome = await found.send(message);
    if (outcome.kind !== 'sent') throw new AppError('channel_failed', `${found.name}: ${outcome.reason}.`);
    return { sent: true as const, dry_run: found.isDryRun || found.type === 'log', message: found.render(message) };
  });
}

function getChannel(byName: ReadonlyMap<string, Channel>, wanted: string): Channel {
  const found = byName.get(wanted);
  if (found !== undefined) return found;
  const names = [...byName.keys()].join(', ');
  throw new AppError('channel_not_found', `No channel named "${wanted}" exists; the channels are ${names}.`);
}
