import type { Message } from '../../../core/incident/message.ts';
import type { Channel } from '../channel.ts';
import { type PostLimits, postJson } from '../http-post.ts';
import type { Outcome } from '../outcome.ts';
import {
  changeLines,
  factsOf,
  findingLines,
  findingsTitle,
  fitLine,
  fitTitle,
  incidentLine,
  labelsOf,
  linksOfMessage,
} from './message-lines.ts';

const ENQUEUE_URL = 'https://events.pagerduty.com/v2/enqueue';
const MAX_SUMMARY = 1_024;

export interface PagerdutyOptions extends PostLimits {
  readonly name: string;
  readonly routingKey: string;
  /** The endpoint of another region, or of a test server. */
  readonly url?: string;
}

export function pagerdutyChannel(options: PagerdutyOptions): Channel {
  const post = (event: object): Promise<Outcome> => {
    const body = JSON.stringify({ routing_key: options.routingKey, ...event });
    return postJson({ url: options.url ?? ENQUEUE_URL, body }, { ...options, secrets: [options.routingKey] });
  };
  return {
    name: options.name,
    type: 'pagerduty',
    isDryRun: false,
    keepsState: true,
    render: renderPagerduty,
    send: async (message) => {
      const outcome = await post(renderPagerduty(message));
      if (outcome.kind !== 'sent' || message.reason !== 'test' || message.state === 'resolved') return outcome;
      // A test must not leave an open incident, so it is resolved at once.
      return post(renderPagerduty({ ...message, state: 'resolved' }));
    },
  };
}

function renderPagerduty(message: Message) {
  // A test has a different key: resolving it must not close the real incident.
  const kind = message.reason === 'test' ? 'test' : 'incident';
  const links = linksOfMessage(message);
  return {
    event_action: actionOf(message),
    dedup_key: `plumbline-${kind}-${message.incident.id}`,
    payload: payloadOf(message),
    ...(links.length > 0 && { links }),
  };
}

function actionOf({ state, reason }: Message): 'trigger' | 'acknowledge' | 'resolve' {
  if (state === 'resolved') return 'resolve';
  return reason === 'acknowledged' ? 'acknowledge' : 'trigger';
}

function payloadOf(message: Message) {
  return {
    summary: fitTitle(message, MAX_SUMMARY),
    source: fitLine(message.service) || 'plumbline',
    severity: message.severity,
    timestamp: message.at,
    component: fitLine(message.endpoint),
    group: fitLine(message.monitor),
    class: message.condition,
    custom_details: {
      ...Object.fromEntries(factsOf(message).map(({ label, value }) => [label, fitLine(value)])),
      [findingsTitle(message)]: findingLines(message),
      'What changed': changeLines(message),
      Incident: incidentLine(message),
      Labels: labelsOf(message).map(([name, value]) => fitLine(`${name}: ${value}`)),
    },
  };
}
