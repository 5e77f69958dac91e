export const CHANNEL_TYPES = ['slack', 'email', 'webhook', 'pagerduty', 'alertmanager', 'log'] as const;
export type ChannelType = (typeof CHANNEL_TYPES)[number];
