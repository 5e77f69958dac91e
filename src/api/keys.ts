import { z } from 'zod';
import { listOr } from '../core/format/list-or.ts';
import { KEY_SCOPES } from '../core/key-scope.ts';
import { text, truth, wholeNumber } from './parameters.ts';

const scope = z.enum(KEY_SCOPES, `use ${listOr(KEY_SCOPES)}`);
const entry = z.object({
  id: z.int(),
  name: z.string(),
  scope,
  created_at: z.string(),
  revoked_at: z.string().nullable(),
});

export const keyRequest = z.object({ name: text(100).optional(), scope }).meta({ id: 'KeyRequest' });
export const keyParams = z.object({ id: wholeNumber(1, Number.MAX_SAFE_INTEGER) });
export const revokeQuery = z.object({
  open: truth.optional().describe('The last key may go: then no key is asked for, and this machine may do everything'),
});

export const createdKey = entry
  .extend({ key: z.string().describe('Shown only once; only its hash is stored') })
  .readonly()
  .meta({ id: 'CreatedKey' });
export type CreatedKey = z.output<typeof createdKey>;

const keyEntry = entry.readonly().meta({ id: 'Key' });
export type KeyEntry = z.output<typeof keyEntry>;

export const keyList = z
  .object({ keys: z.array(keyEntry).readonly() })
  .readonly()
  .meta({ id: 'KeyList' });
export type KeyList = z.output<typeof keyList>;
