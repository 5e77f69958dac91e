import { setImmediate as nextTurn } from 'node:timers/promises';

/** Work that can pause after each step; its result comes at the end. */
export type Steps<T> = Generator<void, T>;

/** So many steps in one turn of the event loop: of a millisecond or less each. */
const STEPS_A_TURN = 20;

/** Does all the work at once. */
export function runSteps<T>(steps: Steps<T>): T {
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}

/** Does the work in turns, so that whoever else needs the event loop waits some milliseconds and not some seconds. */
export async function runStepsInTurns<T>(steps: Steps<T>): Promise<T> {
  let step = steps.next();
  for (let count = 1; !step.done; count++) {
    if (count % STEPS_A_TURN === 0) await nextTurn();
    step = steps.next();
  }
  return step.value;
}
