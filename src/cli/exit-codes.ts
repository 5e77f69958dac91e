/** How a command can end, and its exit code. `--help`, README and docs/cli.md list the same, held by a test. */
export const EXIT_CODES = {
  success: { code: 0, meaning: 'success' },
  drift: {
    code: 1,
    meaning:
      'drift, with --fail-on-drift; columns not tested, with --fail-on-untested; missing migrations, with migrate --check',
  },
  usage: { code: 2, meaning: 'wrong usage: an option, a file, a setting, or a request that the service refuses' },
  unavailable: { code: 3, meaning: 'the service, or its database, is away' },
  failure: { code: 70, meaning: 'an unexpected failure' },
  interrupted: { code: 130, meaning: 'interrupted' },
} as const;

export type Ending = keyof typeof EXIT_CODES;

/** Pipelines of the sentry know 2 as critical, so that its wrong usage is 64, as in sysexits.h. */
const SENTRY_CODES = { drift: 2, usage: 64 } as const;

export const EXIT_CODES_HELP = [
  'Exit codes:',
  ...Object.values(EXIT_CODES).map(({ code, meaning }) => `  ${String(code).padEnd(4)} ${meaning}`),
  `Sentry: ${SENTRY_CODES.drift} a critical signal, with --fail-on-critical; ${SENTRY_CODES.usage} wrong usage.`,
].join('\n');

/** The exit code of a command that ends in this way. */
export function exitCodeFor(ending: Ending, command?: string): number {
  const codes: Partial<Record<Ending, number>> = command === 'sentry' ? SENTRY_CODES : {};
  return codes[ending] ?? EXIT_CODES[ending].code;
}
