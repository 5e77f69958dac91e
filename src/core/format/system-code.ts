/** The `code` that Node puts on system errors (`ECONNREFUSED`, `ENOENT`), also where fetch wraps it as a cause. It names no path. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  return 'code' in error && typeof error.code === 'string' ? error.code : systemCode(error.cause);
}
