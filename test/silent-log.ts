import type { StoreLog } from '../src/store/database.ts';

export const SILENT: StoreLog = { info: () => {}, warn: () => {}, error: () => {} };
