import type { ConnectionOptions } from 'node:tls';
import { createTransport } from 'nodemailer';
import type { SmtpTls } from '../../../config/smtp-tls.ts';
import type { Message } from '../../../core/incident/message.ts';
import type { Channel } from '../channel.ts';
import { cleanReason } from '../clean-reason.ts';
import type { Outcome } from '../outcome.ts';
import { renderEmail } from './email-body.ts';

/** Longer than for HTTP: mail servers delay unknown senders on purpose. */
const TIMEOUT_MS = 30_000;

export interface EmailOptions {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly username?: string;
  readonly password?: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly tls: SmtpTls;
  readonly now: () => number;
  readonly timeoutMs?: number;
  /** For example for a server with a private certificate. */
  readonly tlsOptions?: ConnectionOptions;
}

export function emailChannel(options: EmailOptions): Channel {
  const render = (message: Message) => ({ ...envelopeOf(message, options), ...renderEmail(message) });
  return {
    name: options.name,
    type: 'email',
    isDryRun: false,
    keepsState: false,
    render,
    send: (message) => deliver(render(message), options),
  };
}

async function deliver(mail: object, options: EmailOptions): Promise<Outcome> {
  const transport = openTransport(options);
  try {
    const signal = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS);
    // Sent when at least one recipient has it: a retry for one refused address would send it to the others twice.
    await transport.sendMail({ ...mail, date: new Date(options.now()), signal });
    return { kind: 'sent' };
  } catch (error) {
    return judgeFailure(error, secretsOf(options));
  } finally {
    transport.close();
  }
}

function openTransport({ host, port, username, password, tls, tlsOptions }: EmailOptions) {
  return createTransport({
    host,
    port,
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(username !== undefined && password !== undefined && { auth: { user: username, pass: password } }),
    ...(tlsOptions !== undefined && { tls: tlsOptions }),
  });
}

/** All mails of one incident reply to the same message id, which does not exist, so that mail programs show them as one thread. */
function envelopeOf(message: Message, { from, to }: EmailOptions) {
  const domain = /@([\w.-]+)>?\s*$/.exec(from)?.[1] ?? 'plumbline.invalid';
  const thread = `<plumbline-incident-${message.incident.id}@${domain}>`;
  return {
    from,
    to: [...to],
    messageId: `<${message.id.replace(/[^\w.-]/g, '-').slice(0, 200)}@${domain}>`,
    inReplyTo: thread,
    references: thread,
    headers: { 'Auto-Submitted': 'auto-generated' },
  };
}

interface SmtpFailure {
  readonly code?: string;
  readonly responseCode?: number;
  readonly response?: string;
  readonly permanent?: boolean;
}

/** Errors of the configuration, which a retry cannot solve. */
const CONFIGURATION_ERRORS = new Set(['EAUTH', 'ENOAUTH', 'EENVELOPE', 'ECONFIG', 'EMESSAGE']);

function judgeFailure(error: unknown, secrets: readonly string[]): Outcome {
  const { code = 'closed', responseCode, response = '', permanent } = error as SmtpFailure;
  if (responseCode === undefined) {
    if (code === 'EABORT') return { kind: 'retry', reason: 'no answer in time' };
    return { kind: CONFIGURATION_ERRORS.has(code) ? 'rejected' : 'retry', reason: `mail not sent (${code})` };
  }
  const text = cleanReason(response.replace(/^\d{3}[ -]?/, ''), secrets);
  return { kind: permanent ? 'rejected' : 'retry', reason: `SMTP ${responseCode}: ${text}` };
}

/** The secrets in plain text, and encoded as a login sends them. */
function secretsOf({ username = '', password = '' }: EmailOptions): string[] {
  if (password === '') return [];
  const sent = [username, password, `\0${username}\0${password}`].map((text) => Buffer.from(text).toString('base64'));
  return [password, ...sent.filter((text) => text !== '')];
}
