import { setImmediate as immediate } from 'node:timers/promises';

let last: Promise<void> = Promise.resolve();

/**
 * Waits for a turn of the event loop that no other caller has, in the order in which they ask. So many long pieces of work at once do not hold up
 * the short requests between them.
 */
export function nextTurn(): Promise<void> {
  last = last.then(() => immediate());
  return last;
}
