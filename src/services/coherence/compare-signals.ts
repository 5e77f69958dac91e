import { type DriftCheck, type Verdict, wireVerdict } from '../../core/drift/check.ts';
import { type Comparison, compareInSteps } from '../../core/drift/compare.ts';
import type { CompareSettings } from '../../core/drift/settings.ts';
import { parsePath } from '../../core/profile/path.ts';
import { emptyProfile, type FeatureProfile, type Profile } from '../../core/profile/profile.ts';
import { expectedStability } from '../../core/stats/distances/population-stability.ts';
import { runStepsInTurns } from '../../runtime/workers/run-in-turns.ts';
import { SIGNALS } from '../sources/signal-event.ts';

/** How one signal in the window differs from the baseline. */
export interface SignalDrift {
  readonly name: string;
  /** Less what chance alone gives. Null without a baseline or values; `reason` says which. */
  readonly psi: number | null;
  /** As computed, from plain shares with few rows. */
  readonly psi_raw: number | null;
  readonly ks: number | null;
  /** Number of values in the window. */
  readonly n: number;
  /** Drift when either test finds drift; p-values are corrected for the number of signals. */
  readonly verdict: Verdict;
  readonly reason?: string;
}

const TESTS = ['ks', 'psi'] as const;

/**
 * Compares each signal with the baseline. The largest PSI comes first; signals that could not be tested come last.
 *
 * @param only - name of a signal: compare just this one
 */
export async function compareSignals(
  baseline: Profile | undefined,
  current: Profile,
  settings: Pick<CompareSettings, 'alpha' | 'floors'>,
  only?: string,
): Promise<SignalDrift[]> {
  const referencePaths = signalsOf(baseline, only);
  const currentPaths = signalsOf(current, only);
  const reference = pick(baseline, referencePaths);
  const window = pick(current, currentPaths);
  const compare = (method: Pick<CompareSettings, 'policy' | 'tests'>) =>
    runStepsInTurns(compareInSteps(reference, window, { ...settings, ...method }));
  const found = await compare({ policy: 'calibrated', tests: TESTS });
  const isPsiMissing = found.checks.some(({ method, statistic }) => method === 'psi' && statistic === null);
  const plain = isPsiMissing ? await compare({ policy: 'classic', tests: ['psi'] }) : undefined;
  const missingReason = baseline === undefined ? 'no_baseline' : 'not_in_baseline';
  const paths = new Map([...referencePaths, ...currentPaths]);
  return [...paths]
    .map(([path, name]) => {
      const n = current.features.get(path)?.numeric?.moments.n ?? 0;
      return { name, n, ...describe(found, plain, path, referencePaths.has(path) ? undefined : missingReason) };
    })
    .sort((a, b) => rankOf(b) - rankOf(a) || (a.name < b.name ? -1 : 1));
}

function rankOf({ psi, reason }: SignalDrift): number {
  return psi === null || reason !== undefined ? -1 : psi;
}

/** Maps the path of each signal to its name. */
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
  const { events, statuses } = profile ?? emptyProfile();
  const features = [...paths.keys()].map((path): [string, FeatureProfile] => [path, profile?.features.get(path) ?? {}]);
  return { events, statuses, features: new Map(features) };
}

function describe(
  found: Comparison,
  plain: Comparison | undefined,
  path: string,
  missingReason: string | undefined,
): Omit<SignalDrift, 'name' | 'n'> {
  const [ks, psi] = TESTS.map((test) => found.checks.find((check) => check.subject === path && check.method === test));
  const reason = missingReason ?? psi?.reason ?? found.notTested.find((f) => f.feature === path)?.reason;
  const verdict = verdictOf([ks, psi]);
  const isTested = typeof psi?.statistic === 'number';
  const raw = isTested ? psi : byShares(plain, path, verdict);
  return {
    psi: raw === undefined ? null : isTested || verdict === 'drift' ? lessNoise(raw) : 0,
    psi_raw: raw?.statistic ?? null,
    ks: ks?.statistic ?? null,
    verdict,
    ...(reason !== undefined && { reason }),
  };
}

/** PSI of few rows comes from plain shares, and only where the KS test has a verdict: it is mostly noise there, and counts only where KS finds drift. */
function byShares(plain: Comparison | undefined, path: string, verdict: Verdict): DriftCheck | undefined {
  if (verdict === 'inconclusive') return undefined;
  return plain?.checks.find((check) => check.subject === path && check.statistic !== null);
}

function lessNoise({ statistic, details, nReference, nCurrent }: DriftCheck): number {
  const bins = Object.keys(details.live_counts ?? {}).length;
  return Math.max(0, (statistic ?? 0) - expectedStability(bins, nReference, nCurrent));
}

function verdictOf(checks: readonly (DriftCheck | undefined)[]): Verdict {
  const verdicts = checks.map((check) => check?.verdict);
  return wireVerdict(verdicts.includes('fail') ? 'fail' : verdicts.includes('ok') ? 'ok' : 'inconclusive');
}
