/** How a run of a monitor ended. */
export const RUN_STATUSES = ['done', 'failed', 'skipped'] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];
