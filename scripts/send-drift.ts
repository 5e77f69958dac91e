#!/usr/bin/env -S npx tsx
/** Sends 500 payments whose amounts have doubled: `npx tsx scripts/send-drift.ts [--api URL] [--seed N]`. */
import { sendFromCommandLine } from '../src/cli/send-payments.ts';

await sendFromCommandLine('drift');
