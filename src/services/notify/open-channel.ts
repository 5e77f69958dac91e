import type { Config } from '../../config/config.ts';
import type { Clock } from '../../core/time/clock.ts';
import type { StoreLog } from '../../store/database.ts';
import type { Channel } from './channel.ts';
import { alertmanagerChannel } from './channels/alertmanager.ts';
import { emailChannel } from './channels/email.ts';
import { pagerdutyChannel } from './channels/pagerduty.ts';
import { slackChannel } from './channels/slack.ts';
import { webhookChannel } from './channels/webhook.ts';
import type { ChannelDocument } from './channels-document.ts';
import { dryRunChannel } from './dry-run.ts';

export interface ChannelContext {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: StoreLog;
}

const TIMEOUT_MS = 10_000;

/** The channel of a document; a dry run where its secrets are empty. */
export function openChannel(name: string, document: ChannelDocument, context: ChannelContext): Channel {
  if (document.type === 'log') return dryRunChannel(name, 'log', context.log);
  const channel = openWith(name, document, context);
  if (hasSecrets(document)) return channel;
  return { ...dryRunChannel(name, document.type, context.log, channel.render), keepsState: channel.keepsState };
}

function openWith(
  name: string,
  document: Exclude<ChannelDocument, { type: 'log' }>,
  { config, clock }: ChannelContext,
): Channel {
  const base = { name, allowHosts: config.CHANNEL_ALLOW_HOSTS, now: () => clock.now(), timeoutMs: TIMEOUT_MS };
  switch (document.type) {
    case 'slack':
      return slackChannel({ ...base, webhookUrl: document.webhook_url, mention: document.mention });
    case 'email': {
      const { username, password, ...server } = document;
      return emailChannel({ ...base, ...server, ...(username !== '' && { username, password }) });
    }
    case 'webhook':
      return webhookChannel({ ...base, url: document.url, secret: document.secret });
    case 'pagerduty':
      return pagerdutyChannel({
        ...base,
        routingKey: document.routing_key,
        ...(document.url && { url: document.url }),
      });
    case 'alertmanager':
      return alertmanagerChannel({ ...base, url: document.url, resolveTimeoutMs: document.resolve_timeout });
  }
}

function hasSecrets(document: Exclude<ChannelDocument, { type: 'log' }>): boolean {
  switch (document.type) {
    case 'slack':
      return document.webhook_url !== '';
    case 'email':
      if (document.username !== '' && document.password === '') return false;
      return document.host !== '' && document.from !== '' && document.to.every((address) => address !== '');
    case 'webhook':
      return document.url !== '' && document.secret !== '';
    case 'pagerduty':
      return document.routing_key !== '';
    case 'alertmanager':
      return document.url !== '';
  }
}
