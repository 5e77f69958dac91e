import type { ChannelType } from '../../core/incident/channel-type.ts';
import type { Message } from '../../core/incident/message.ts';
import type { Outcome } from './outcome.ts';

/** Where notifications are sent. Made from the configuration, once a process. */
export interface Channel {
  readonly name: string;
  readonly type: ChannelType;
  /** Its secrets are not set: messages are logged and go nowhere. */
  readonly isDryRun: boolean;
  /**
   * Its receiver keeps an alert for each incident, so it hears of acknowledgements, and of an end also while people want silence. False: it
   * shows messages to people.
   */
  readonly keepsState: boolean;
  /** A receiver that forgets: an alert that fires is sent again when this time has passed since it was sent. */
  readonly refreshEveryMs?: number;
  /** What would go over the wire, without secrets: for the log of a dry run, and for looking at. */
  render(message: Message): unknown;
  /** One try. Never throws for what the outside does. */
  send(message: Message): Promise<Outcome>;
}
