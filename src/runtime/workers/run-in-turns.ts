import type { Steps } from '../../core/steps.ts';
import { nextTurn } from './turns.ts';

/** So many steps in one turn of the event loop, or fewer where they take longer than the millisecond that each should. */
const STEPS_A_TURN = 20;
const TURN_MS = 5;

/** Does the work in turns, so that other users of the event loop wait some milliseconds and not some seconds. */
export async function runStepsInTurns<T>(steps: Steps<T>): Promise<T> {
  let startedMs = performance.now();
  let step = steps.next();
  for (let count = 1; !step.done; count++) {
    if (count % STEPS_A_TURN === 0 || performance.now() - startedMs >= TURN_MS) {
      await nextTurn();
      startedMs = performance.now();
    }
    step = steps.next();
  }
  return step.value;
}
