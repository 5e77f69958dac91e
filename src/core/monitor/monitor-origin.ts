/** Who made a monitor: a request, a file, or the service itself for a stream with a baseline. */
export const MONITOR_ORIGINS = ['api', 'file', 'default'] as const;
export type MonitorOrigin = (typeof MONITOR_ORIGINS)[number];
