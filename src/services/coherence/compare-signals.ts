import { type Comparison, compareInSteps } from '../../core/drift/compare.ts';
import type { Finding, Verdict } from '../../core/drift/finding.ts';
import type { CompareSettings } from '../../core/drift/settings.ts';
import { parsePath } from '../../core/profile/path.ts';
import type { FeatureProfile, Profile } from '../../core/profile/profile.ts';
import { runStepsInTurns } from '../../runtime/workers/run-in-turns.ts';
import { SIGNALS } from '../sources/signal-event.ts';

/** One signal in the window against the baseline. */
export interface SignalDrift {
  readonly name: string;
  /** Null without a baseline or values; of few rows by plain shares. `reason` says which. */
  readonly psi: number | null;
  readonly ks: number | null;
  /** Values in the window. */
  readonly n: number;
  /** Of both tests together, all signals considered: drift when either finds it. */
  readonly verdict: Verdict;
  readonly reason?: string;
}

const TESTS = ['ks', 'psi'] as const;

/**
 * How far each signal has moved from the baseline: by PSI, the farthest first, and those with too little to go by last.
 *
 * @param only - a signal's name: just that one
 */
export async function compareSignals(
  baseline: Profile | undefined,
  current: Profile,
  settings: Pick<CompareSettings, 'alpha' | 'floors'>,
  only?: string,
): Promise<SignalDrift[]> {
  const [known, now] = [signalsOf(baseline, only), signalsOf(current, only)];
  const [reference, window] = [pick(baseline, known), pick(current, now)];
  const compare = (how: Pick<CompareSettings, 'policy' | 'tests'>) =>
    runStepsInTurns(compareInSteps(reference, window, { ...settings, ...how }));
  const found = await compare({ policy: 'calibrated', tests: TESTS });
  const lacks = found.findings.some(({ test, statistic }) => test === 'psi' && statistic === null);
  const plain = lacks ? await compare({ policy: 'classic', tests: ['psi'] }) : undefined;
  const missing = baseline === undefined ? 'no_baseline' : 'not_in_baseline';
  const paths = new Map([...known, ...now]);
  return [...paths]
    .map(([path, name]) => {
      const n = current.features.get(path)?.numeric?.moments.n ?? 0;
      return { name, n, ...describe(found, plain, path, known.has(path) ? undefined : missing) };
    })
    .sort((a, b) => rankOf(b) - rankOf(a) || (a.name < b.name ? -1 : 1));
}

function rankOf({ psi, reason }: SignalDrift): number {
  return psi === null || reason !== undefined ? -1 : psi;
}

/** Path → name. */
function signalsOf(profile: Profile | undefined, only: string | undefined): Map<string, string> {
  const names = new Map<string, string>();
  for (const [path, { numeric }] of profile?.features ?? []) {
    const [parent, name, ...rest] = parsePath(path) ?? [];
    if (parent !== SIGNALS || typeof name !== 'string' || rest.length > 0 || numeric === undefined) continue;
    if (only === undefined || name === only) names.set(path, name);
  }
  return names;
}

function pick(profile: Profile | undefined, paths: ReadonlyMap<string, string>): Profile {
  const { events = 0, statusKnown = 0, success = 0 } = profile ?? {};
  const features = [...paths.keys()].map((path): [string, FeatureProfile] => [path, profile?.features.get(path) ?? {}]);
  return { events, statusKnown, success, features: new Map(features) };
}

/** PSI of few rows is by plain shares, as it was always given, where the other test can say whether it means anything. */
function describe(
  found: Comparison,
  plain: Comparison | undefined,
  path: string,
  missing: string | undefined,
): Omit<SignalDrift, 'name' | 'n'> {
  const [ks, psi] = TESTS.map((test) => found.findings.find((f) => f.feature === path && f.test === test));
  const reason = missing ?? psi?.reason ?? found.notTested.find((f) => f.feature === path)?.reason;
  const verdict = verdictOf([ks, psi]);
  const byShares = verdict === 'inconclusive' ? undefined : plain?.findings.find((f) => f.feature === path)?.statistic;
  const numbers = { psi: psi?.statistic ?? byShares ?? null, ks: ks?.statistic ?? null, verdict };
  return { ...numbers, ...(reason !== undefined && { reason }) };
}

function verdictOf(findings: readonly (Finding | undefined)[]): Verdict {
  const verdicts = findings.map((finding) => finding?.verdict);
  if (verdicts.includes('drift')) return 'drift';
  return verdicts.includes('no_drift') ? 'no_drift' : 'inconclusive';
}
