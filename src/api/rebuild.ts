import { z } from 'zod';
import { streamNameFields } from '../core/stream-name.ts';
import { inOrder, time } from './parameters.ts';

export const rebuildRequest = z.object({ ...streamNameFields, from: time, to: time }).check(inOrder('from', 'to'));
export const rebuildAnswer = z.object({ minutes: z.int(), events: z.int() }).readonly();
export type RebuildAnswer = z.output<typeof rebuildAnswer>;
