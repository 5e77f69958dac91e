/** Who made a monitor: a request, a file, the service itself for a stream with a baseline, or a file's pattern for a stream that matches. */
export const MONITOR_ORIGINS = ['api', 'file', 'default', 'pattern'] as const;
export type MonitorOrigin = (typeof MONITOR_ORIGINS)[number];
