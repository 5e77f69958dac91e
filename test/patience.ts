/** How long a test waits for something to happen: a busy machine may take its time, so this guards against hanging only. */
export const PATIENCE = { timeout: 120_000 } as const;
