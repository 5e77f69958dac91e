import { z } from 'zod';
import { ERRORS, type ErrorCode } from '../core/errors.ts';

const CODES = Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]];

/** What every refusal says (RFC 9457). `detail` is always a text: older clients read only that. */
export const problem = z
  .object({
    type: z.string().meta({ examples: ['urn:plumbline:error:not_found'] }),
    title: z.string(),
    status: z.int(),
    code: z.enum(CODES).describe('See docs/errors.md'),
    detail: z.string().describe('What went wrong and what to do'),
    errors: z
      .array(
        z
          .object({
            path: z.string(),
            message: z.string(),
            pointer: z.string().optional().describe('RFC 6901, of a place in the body'),
          })
          .readonly(),
      )
      .readonly()
      .optional()
      .describe('Each wrong field'),
    request_id: z.string().optional().describe('Of a 5xx: the log of the service has it too, as X-Request-Id does'),
  })
  .readonly()
  .meta({ id: 'Problem' });
export type Problem = z.output<typeof problem>;
