/** A notification waits or is tried again, was delivered, or is a dead letter. */
export const NOTIFICATION_STATUSES = ['pending', 'sent', 'dead'] as const;
export type NotificationStatus = (typeof NOTIFICATION_STATUSES)[number];
