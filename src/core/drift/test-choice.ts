import { z } from 'zod';
import { TEST_NAMES } from './test-name.ts';

const TESTS_HINT = `use "auto" or a list of ${TEST_NAMES.join(', ')}`;

/** Which tests are run, as files and requests spell it. */
export const testNames = z.union([z.literal('auto'), z.array(z.enum(TEST_NAMES)).min(1)], TESTS_HINT);

/** The smallest effects that count, by test. */
export const testFloors = z.partialRecord(z.enum(TEST_NAMES), z.number().min(0));
