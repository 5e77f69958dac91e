#!/usr/bin/env -S npx tsx
/** Sends 200 payments as they should be: `npx tsx scripts/send-baseline.ts [--api URL] [--seed N]`. */
import { sendFromCommandLine } from '../src/cli/send-payments.ts';

await sendFromCommandLine('baseline');
