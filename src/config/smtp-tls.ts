/** How a mail server is spoken to: upgraded to TLS, in TLS from the start, or in the clear. */
export const SMTP_TLS_MODES = ['starttls', 'implicit', 'none'] as const;
export type SmtpTls = (typeof SMTP_TLS_MODES)[number];
