import { createHmac } from 'node:crypto';
import type { Message } from '../../../core/incident/message.ts';
import type { Channel } from '../channel.ts';
import { type PostLimits, postJson } from '../http-post.ts';

const BASE64_PREFIX = 'whsec_';

export interface WebhookOptions extends PostLimits {
  readonly name: string;
  readonly url: string;
  /** `whsec_` and base64, or plain text. */
  readonly secret: string;
}

/** Signed as in https://www.standardwebhooks.com, so that a receiver can verify it with a library. */
export function webhookChannel(options: WebhookOptions): Channel {
  const key = options.secret.startsWith(BASE64_PREFIX)
    ? Buffer.from(options.secret.slice(BASE64_PREFIX.length), 'base64')
    : Buffer.from(options.secret);
  return {
    name: options.name,
    type: 'webhook',
    isDryRun: false,
    keepsState: false,
    render: renderWebhook,
    send: async (message) => {
      const body = JSON.stringify(renderWebhook(message));
      const headers = signedHeaders(message.id, Math.floor(options.now() / 1_000), body, key);
      const secrets = [options.secret, options.secret.slice(BASE64_PREFIX.length), options.url];
      return postJson({ url: options.url, headers, body }, { ...options, secrets });
    },
  };
}

function renderWebhook(message: Message) {
  const event = message.reason === 'test' ? 'test' : message.state;
  return { type: `incident.${event}`, timestamp: message.at, data: message };
}

function signedHeaders(id: string, seconds: number, body: string, key: Buffer): Record<string, string> {
  const signature = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(seconds), 'webhook-signature': `v1,${signature}` };
}
