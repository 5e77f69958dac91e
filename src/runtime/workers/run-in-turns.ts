import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Steps } from '../../core/steps.ts';

/** So many steps in one turn of the event loop: of a millisecond or less each. */
const STEPS_A_TURN = 20;

/** Does the work in turns, so that other users of the event loop wait some milliseconds and not some seconds. */
export async function runStepsInTurns<T>(steps: Steps<T>): Promise<T> {
  let step = steps.next();
  for (let count = 1; !step.done; count++) {
    if (count % STEPS_A_TURN === 0) await nextTurn();
    step = steps.next();
  }
  return step.value;
}
