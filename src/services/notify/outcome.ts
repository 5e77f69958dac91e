/** How one try to deliver ended. A reason never holds a secret: neither the URL of a hook nor a key. */
export type Outcome =
  | { readonly kind: 'sent' }
  /** Worth another try, not before `afterMs` from now when the receiver said so (`Retry-After`). */
  | { readonly kind: 'retry'; readonly reason: string; readonly afterMs?: number }
  /** No further try would end differently. */
  | { readonly kind: 'rejected'; readonly reason: string };
