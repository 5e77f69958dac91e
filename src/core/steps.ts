/** Work that can pause after each step; its result comes at the end. */
export type Steps<T> = Generator<void, T>;

/**
 * Runs all steps without a pause.
 *
 * @returns the result of the last step
 */
export function runSteps<T>(steps: Steps<T>): T {
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}
