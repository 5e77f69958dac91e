import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compareProfiles } from '../src/core/drift/compare.ts';
import { DRIFT_TESTS } from '../src/core/drift/test-table.ts';
import { KllSketch } from '../src/core/profile/kll.ts';
import { addValueInto, emptyMoments } from '../src/core/profile/moments.ts';
import type { FeatureProfile, Profile } from '../src/core/profile/profile.ts';
import { drawNormal } from '../src/core/stats/draw-normal.ts';
import { seededRng } from '../src/core/stats/rng.ts';
import { datasetOf } from '../src/core/table/dataset.ts';
import { readTable } from '../src/services/datasets/read-table.ts';
import { median, printTable } from './bench/figures.ts';
import { option } from './bench/option.ts';
import { writeTable } from './bench/tables.ts';

// Compares two files of 1,000,000 rows, next to Evidently and NannyML; KS alone next to SciPy; 50 features from profiles.
// Usage: npm run bench:compare [-- --rows 1000000 --runs 5]. PEER_PYTHON is the Python that has these tools (default: python3).

const PYTHON = process.env.PEER_PYTHON ?? 'python3';
const PEER_RUNS = 3;

interface Run {
  readonly seconds: number;
  readonly peakMb: number;
}

/** One process of Plumbline, from start to end. */
function runPlumbline(reference: string, production: string): Run & { summary: string } {
  const printPeak = `data:text/javascript,process.on('exit',()=>console.error('PEAK '+process.resourceUsage().maxRSS))`;
  const began = performance.now();
  const child = spawnSync(
    process.execPath,
    ['--import', printPeak, 'dist/cli/main.js', 'compare', reference, production, '--json'],
    { encoding: 'utf8', maxBuffer: 1 << 28 },
  );
  const seconds = (performance.now() - began) / 1000;
  if (child.status !== 0) throw new Error(child.stderr);
  return {
    seconds,
    peakMb: Number(/PEAK (\d+)/.exec(child.stderr)?.[1]) / 1024,
    summary: JSON.parse(child.stdout).summary,
  };
}

interface PeerRun extends Run {
  readonly version: string;
  readonly importSeconds: number;
  readonly found: unknown;
}

function runPeer(tool: string, reference: string, production: string, ...more: string[]): PeerRun | undefined {
  const child = spawnSync(PYTHON, ['scripts/bench/peer_compare.py', tool, reference, production, ...more], {
    encoding: 'utf8',
  });
  if (child.status === 0) {
    const {
      version,
      seconds,
      import_seconds: importSeconds,
      peak_mb: peakMb,
      found,
    } = JSON.parse(child.stdout.trim().split('\n').at(-1) as string);
    return { version, seconds, importSeconds, peakMb, found };
  }
  console.log(
    child.status === 3
      ? `  ${tool}: not installed, skipped (${child.stderr.trim().slice(0, 100)})`
      : `  ${tool}: failed: ${child.stderr.trim().slice(-300)}`,
  );
  return undefined;
}

function medianOf<T>(runs: readonly T[], figure: (run: T) => number): number {
  return median(runs.map(figure));
}

async function compareFiles(reference: string, production: string, runs: number): Promise<void> {
  const measured = Array.from({ length: runs }, () => runPlumbline(reference, production));
  const plumbline = {
    seconds: medianOf(measured, (run) => run.seconds),
    peakMb: medianOf(measured, (run) => run.peakMb),
  };
  const rows = [
    ['', 'seconds', 'peak MB', 'time ÷ Plumbline', 'memory ÷ Plumbline', 'import time'],
    ['Plumbline, whole process', plumbline.seconds.toFixed(2), plumbline.peakMb.toFixed(0), '1', '1', 'included'],
  ];
  for (const tool of ['evidently', 'nannyml']) {
    const first = runPeer(tool, reference, production);
    if (first === undefined) continue;
    const peer = [first, ...Array.from({ length: PEER_RUNS - 1 }, () => runPeer(tool, reference, production))].filter(
      (run) => run !== undefined,
    );
    const [seconds, peakMb] = [medianOf(peer, (run) => run.seconds), medianOf(peer, (run) => run.peakMb)];
    rows.push([
      `${tool} ${first.version}`,
      seconds.toFixed(2),
      peakMb.toFixed(0),
      (seconds / plumbline.seconds).toFixed(1),
      (peakMb / plumbline.peakMb).toFixed(1),
      `${first.importSeconds.toFixed(1)} s`,
    ]);
  }
  printTable(rows);
  console.log(`  Plumbline: ${measured[0]?.summary}\n`);
}

async function compareKs(reference: string, production: string): Promise<void> {
  const column = 'score';
  const [x, y] = await Promise.all([readTable(reference, reference), readTable(production, production)]);
  const pair = { reference: datasetOf(x).profile, current: datasetOf(y).profile };
  const rng = seededRng('ks');
  const values = [0, 1].map(() => Float64Array.from({ length: x.rows }, () => drawNormal(rng)));
  const times = { fold: [] as number[], compare: [] as number[] };
  let d: number | null = null;
  for (let run = 0; run < 11; run++) {
    const began = performance.now();
    for (const side of values) {
      const sketch = new KllSketch({ seed: run });
      sketch.addAll(side);
      sketch.weighted();
    }
    const folded = performance.now();
    d = DRIFT_TESTS.ks.compare(pairOf(column, pair.reference, pair.current), 'calibrated').statistic;
    times.fold.push(folded - began);
    times.compare.push(performance.now() - folded);
  }
  const [fold, compare] = [median(times.fold), median(times.compare)];
  const rows = [['KS of one column', 'ms', 'SciPy ÷ Plumbline', 'D']];
  const peer = runPeer('scipy-ks', reference, production, column);
  const scipy = (peer?.found as { d: number; ks_seconds: number } | undefined) ?? {
    d: Number.NaN,
    ks_seconds: Number.NaN,
  };
  const ratio = (ms: number) => ((scipy.ks_seconds * 1000) / ms).toFixed(1);
  rows.push(['from raw values: fold both, then compare', (fold + compare).toFixed(1), ratio(fold + compare), '']);
  rows.push(['from profiles', compare.toFixed(3), ratio(compare), String(d)]);
  if (peer !== undefined)
    rows.push([`scipy ${peer.version} ks_2samp`, (scipy.ks_seconds * 1000).toFixed(1), '1', String(scipy.d)]);
  printTable(rows);
  console.log();
}

function pairOf(feature: string, reference: Profile, current: Profile) {
  return {
    feature,
    type: 'numeric' as const,
    referenceMissing: 0,
    currentMissing: 0,
    referenceEvents: reference.events,
    currentEvents: current.events,
    reference: reference.features.get(feature) ?? {},
    current: current.features.get(feature) ?? {},
  };
}

/** Compares two profiles of 50 numeric features, with the default tests and with `auto`. */
function compareFifty(): void {
  const rng = seededRng('fifty');
  const feature = (rows: number, mean: number): FeatureProfile => {
    const [moments, sketch] = [emptyMoments(), new KllSketch({ seed: rng.nextUint32() })];
    for (let i = 0; i < rows; i++) {
      const value = mean + drawNormal(rng);
      addValueInto(moments, value);
      sketch.add(value);
    }
    return { numeric: { moments, sketch } };
  };
  const profile = (rows: number, mean: number): Profile => ({
    events: rows,
    statuses: new Map(),
    features: new Map(Array.from({ length: 50 }, (_, i) => [`f${i}`, feature(rows, mean)])),
  });
  const rows = [['50 features, k = 2048', 'ks, missing: p50 ms', 'auto: p50 ms']];
  for (const [n, m, mean] of [
    [100_000, 20_000, 0],
    [100_000, 20_000, 0.3],
    [2_000, 2_000, 0],
    [2_000, 700, 0],
    [2_000, 700, 0.3],
  ] as const) {
    const [reference, current] = [profile(n, 0), profile(m, mean)];
    const p50 = (tests?: 'auto') => {
      const times = Array.from({ length: 41 }, () => {
        const began = performance.now();
        compareProfiles(reference, current, { policy: 'calibrated', alpha: 0.05, ...(tests && { tests }) });
        return performance.now() - began;
      });
      return median(times).toFixed(1);
    };
    rows.push([`${n} against ${m}, ${mean === 0 ? 'no drift' : `all shifted by ${mean} sd`}`, p50(), p50('auto')]);
  }
  printTable(rows);
}

const directory = await mkdtemp(join(tmpdir(), 'plumbline-bench-'));
try {
  const [reference, production] = [join(directory, 'reference.csv'), join(directory, 'production.csv')];
  const rows = option('rows', 1_000_000);
  await writeTable(reference, rows, 'reference', 0);
  await writeTable(production, rows, 'production', 0.1);
  const megabytes = ((await stat(reference)).size / 1e6).toFixed(0);
  console.log(`\n${rows} rows × 10 columns against as many (${megabytes} MB each), file to answer, medians\n`);
  await compareFiles(reference, production, option('runs', 5));
  await compareKs(reference, production);
  compareFifty();
} finally {
  await rm(directory, { recursive: true });
}
