import { Command } from 'commander';
import type { IngestAnswer } from '../api/events.ts';
import { seededRng } from '../core/stats/rng.ts';
import { type Clock, systemClock } from '../core/time/clock.ts';
import { floorTo, MINUTE_MS } from '../core/time/window.ts';
import { API_OPTION, type Api, apiFrom } from './api.ts';
import { exitCodeOf } from './exit-code.ts';
import {
  BASELINE_MIX,
  DEFAULT_SEED,
  DRIFT_MIX,
  PAYMENTS_ENDPOINT,
  PAYMENTS_SERVICE,
  paymentEvents,
} from './payments.ts';
import { processTerminal } from './terminal.ts';

export type PaymentsKind = 'baseline' | 'drift';

const KINDS = {
  baseline: { mix: BASELINE_MIX, minutes: 10 },
  drift: { mix: DRIFT_MIX, minutes: 5 },
} as const;

/** Sends payments of the last whole minutes, so that windows that end now have all of them. Returns how many were stored. */
export async function sendPayments(api: Api, kind: PaymentsKind, clock: Clock, seed = DEFAULT_SEED): Promise<number> {
  const { mix, minutes } = KINDS[kind];
  const endMs = floorTo(clock.now(), MINUTE_MS);
  const rng = seededRng(`${seed}/${kind}`);
  const body = paymentEvents(mix, rng, { startMs: endMs - minutes * MINUTE_MS, endMs });
  return (await api.json<IngestAnswer>('POST', '/v1/ingest', { body })).accepted;
}

/** Runs a sender script. */
export async function sendFromCommandLine(kind: PaymentsKind): Promise<void> {
  const terminal = processTerminal();
  const command = new Command(`send-${kind}`)
    .option(...API_OPTION)
    .option('--seed <text>', 'seed of the payments', DEFAULT_SEED)
    .exitOverride();
  process.exitCode = await exitCodeOf(terminal, async () => {
    const { api: url, seed } = command.parse().opts<{ api?: string; seed: string }>();
    const api = apiFrom(terminal.env, url);
    const accepted = await sendPayments(api, kind, systemClock, seed);
    terminal.out(`${accepted} ${kind} payments stored as ${PAYMENTS_SERVICE}, ${PAYMENTS_ENDPOINT}`);
  });
}
