import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { TRAFFIC_KINDS } from '../src/cli/simulate/traffic.ts';
import { aggregateChecks } from '../src/core/drift/aggregate.ts';
import { compareProfiles } from '../src/core/drift/compare.ts';
import { PRESET_NAMES, PRESETS } from '../src/core/drift/presets/table.ts';
import type { CompareSettings } from '../src/core/drift/settings.ts';
import { CategoryCounts } from '../src/core/profile/counts.ts';
import { KllSketch } from '../src/core/profile/kll.ts';
import { addValueInto, emptyMoments } from '../src/core/profile/moments.ts';
import type { FeatureProfile, Profile } from '../src/core/profile/profile.ts';
import { drawNormal } from '../src/core/stats/draw-normal.ts';
import { type Rng, seededRng } from '../src/core/stats/rng.ts';
import { datasetOf } from '../src/core/table/dataset.ts';
import { profileRows } from '../src/core/table/rows-table.ts';
import { median, printTable } from './bench/figures.ts';
import { option } from './bench/option.ts';
import { type RuleScore, watchTraffic } from './bench/traffic-rules.ts';

// Measures false alarms and power of each policy and preset on the same windows of independent rows: 20 features, one window per hour, 168 per
// week. Then the same of three rules for floors, on traffic whose rows depend on each other and on the hour of the day.
// Usage: npm run bench:calibration [-- --weeks 30 --trials 200 --rows 500 --reference 5000 --data FILE.csv[.gz]]
//        npm run bench:calibration -- --traffic [--seeds 2 --weeks 8 --per-hour 200]

const WINDOWS_PER_WEEK = 168;
const SHIFT = 0.3;
const OPEN_AFTER = 2;
const AFTER_DRIFT = 6;

const base: CompareSettings = { policy: 'calibrated', alpha: 0.05, floors: { ks: 0.05, psi: 0.2 } };
const POLICIES: readonly (readonly [name: string, settings: CompareSettings])[] = [
  ['calibrated', base],
  ['calibrated, tests: auto', { ...base, tests: 'auto' }],
  ['classic', { ...base, policy: 'classic' }],
  ...PRESET_NAMES.map(
    (preset) =>
      [preset, { policy: 'classic', alpha: 0.05, preset, aggregate: { rule: PRESETS[preset].aggregate } }] as const,
  ),
];

function isDrifting(reference: Profile, current: Profile, settings: CompareSettings): boolean {
  const { checks } = compareProfiles(reference, current, settings);
  return aggregateChecks(checks, settings.aggregate).verdict === 'fail';
}

/** Draws a window; `shift` moves the first feature, in standard deviations. */
type DrawWindow = (rng: Rng, rows: number, shift: number) => Profile;

const NUMERIC: readonly ((rng: Rng) => number)[] = [
  (rng) => drawNormal(rng),
  (rng) => Math.exp(drawNormal(rng)),
  (rng) => -Math.log(1 - rng.next()),
  (rng) => Math.round(10 * drawNormal(rng)),
  (rng) => rng.next(),
  (rng) => (rng.next() < 0.7 ? drawNormal(rng) : 4 + drawNormal(rng)),
  (rng) => Math.tan(Math.PI * (rng.next() - 0.5)),
];
const CATEGORIES = [3, 5, 8, 12, 30, 100] as const;

const drawSimulated: DrawWindow = (rng, rows, shift) => {
  const features = new Map<string, FeatureProfile>();
  for (let i = 0; i < 14; i++) {
    const [moments, sketch] = [emptyMoments(), new KllSketch({ seed: rng.nextUint32() })];
    const draw = NUMERIC[i % NUMERIC.length] as (rng: Rng) => number;
    for (let row = 0; row < rows; row++) {
      const value = draw(rng) + (i === 0 ? shift : 0);
      addValueInto(moments, value);
      sketch.add(value);
    }
    features.set(`n${String(i).padStart(2, '0')}`, { numeric: { moments, sketch } });
  }
  for (const size of CATEGORIES) {
    const categories = new CategoryCounts();
    for (let row = 0; row < rows; row++) categories.add(`c${Math.floor(size * rng.next() ** 2)}`);
    features.set(`c${size}`, { categories });
  }
  return { events: rows, statuses: new Map(), features };
};

/** Windows of rows that are drawn at random from a real table, so that there is no drift between them. */
function drawFrom(path: string): DrawWindow {
  const bytes = readFileSync(path);
  const text = bytes[0] === 0x1f ? gunzipSync(bytes) : bytes;
  const rows = (parse(text, { columns: true, bom: true, trim: true }) as Record<string, string>[]).map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, cell]) => [
        name,
        cell !== '' && Number.isFinite(Number(cell)) ? Number(cell) : cell,
      ]),
    ),
  );
  const types = datasetOf(profileRows(rows, path)).types;
  const first = [...types].find(([, type]) => type === 'numeric')?.[0] as string;
  const values = rows.map((row) => Number(row[first]));
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length);
  console.log(`  ${rows.length} rows of ${types.size} columns; ${first} is shifted`);
  return (rng, count, shift) => {
    const drawn = Array.from(
      { length: count },
      () => rows[Math.floor(rows.length * rng.next())] as Record<string, unknown>,
    );
    const moved =
      shift === 0 ? drawn : drawn.map((row) => ({ ...row, [first]: Number(row[first]) + shift * deviation }));
    return datasetOf(profileRows(moved, 'window', { types }), types).profile;
  };
}

interface Score {
  alarms: number;
  /** Windows during false incidents. */
  inIncident: number;
  incidents: number;
  readonly delays: number[];
}

function measurePolicies(draw: DrawWindow, title: string): void {
  const [weeks, trials, rows, referenceRows] = [
    option('weeks', 30),
    option('trials', 200),
    option('rows', 500),
    option('reference', 5_000),
  ];
  const rng = seededRng(title);
  const scores = POLICIES.map((): Score => ({ alarms: 0, inIncident: 0, incidents: 0, delays: [] }));
  const runs = POLICIES.map(() => 0);
  for (let week = 0; week < weeks; week++) {
    const reference = draw(rng, referenceRows, 0);
    for (let window = 0; window < WINDOWS_PER_WEEK; window++) {
      const current = draw(rng, rows, 0);
      POLICIES.forEach(([, settings], i) => {
        const isDrift = isDrifting(reference, current, settings);
        runs[i] = isDrift ? (runs[i] as number) + 1 : 0;
        const score = scores[i] as Score;
        if (isDrift) score.alarms++;
        if (runs[i] === OPEN_AFTER) score.incidents++;
        if ((runs[i] as number) >= OPEN_AFTER) score.inIncident++;
      });
    }
  }
  for (let trial = 0; trial < trials; trial++) {
    const reference = draw(rng, referenceRows, 0);
    const found = POLICIES.map(() => [] as boolean[]);
    for (let window = 0; window < AFTER_DRIFT; window++) {
      const current = draw(rng, rows, SHIFT);
      POLICIES.forEach(([, settings], i) => {
        found[i]?.push(isDrifting(reference, current, settings));
      });
    }
    found.forEach((seen, i) => {
      scores[i]?.delays.push(openedAfter(seen));
    });
  }
  print(scores, { title, weeks, trials, rows, referenceRows });
}

/** Number of windows from the start of the drift until two in a row failed; Infinity if that did not happen. */
function openedAfter(seen: readonly boolean[]): number {
  const at = seen.findIndex((isDrift, i) => i > 0 && isDrift && seen[i - 1]);
  return at < 0 ? Number.POSITIVE_INFINITY : at + 1;
}

function print(
  scores: readonly Score[],
  setup: { title: string; weeks: number; trials: number; rows: number; referenceRows: number },
): void {
  console.log(
    `\n${setup.title}: reference of ${setup.referenceRows} rows, windows of ${setup.rows}; ${setup.weeks} weeks without drift (${WINDOWS_PER_WEEK} windows each); ${setup.trials} drifts of ${SHIFT} sd in one feature\n`,
  );
  const head = [
    '',
    'false alarms per week',
    `false incidents per week (${OPEN_AFTER} in a row)`,
    'time in a false incident',
    `found within ${OPEN_AFTER} windows`,
    'delay, windows (median)',
  ];
  const rows = scores.map(({ alarms, incidents, inIncident, delays }, i) => [
    POLICIES[i]?.[0] ?? '',
    (alarms / setup.weeks).toFixed(2),
    (incidents / setup.weeks).toFixed(2),
    `${((100 * inIncident) / (setup.weeks * WINDOWS_PER_WEEK)).toFixed(1)} %`,
    `${((100 * delays.filter((delay) => delay <= OPEN_AFTER).length) / delays.length).toFixed(1)} %`,
    Number.isFinite(median(delays)) ? String(median(delays)) : `not in ${AFTER_DRIFT}`,
  ]);
  printTable([head, ...rows]);
}

function measureTraffic(): void {
  const [seeds, weeks, perHour] = [option('seeds', 2), option('weeks', 8), option('per-hour', 200)];
  console.log(
    `\n17 features, ${perHour} events an hour, windows of an hour; 2 weeks to learn, ${weeks} quiet weeks, ${weeks} with planted drifts of 6 h; ${seeds} seeds\n`,
  );
  const rows: string[][] = [
    ['traffic', 'rule', 'false incidents a week', 'time open', '1 sd found in 3 h', '10 points found in 3 h'],
  ];
  for (const kind of TRAFFIC_KINDS) {
    const runs = Array.from({ length: seeds }, (_, i) => watchTraffic({ kind, seed: i + 1, weeks, perHour }));
    for (const rule of runs[0]?.keys() ?? []) rows.push([kind, ...rowOf(rule, runs)]);
  }
  printTable(rows);
}

function rowOf(rule: string, runs: readonly ReadonlyMap<string, RuleScore>[]): string[] {
  const scores = runs.flatMap((run) => run.get(rule) ?? []);
  const sum = (pick: (score: RuleScore) => number) => scores.reduce((total, score) => total + pick(score), 0);
  const hours = sum(({ quietHours }) => quietHours);
  const share = (found: number, planted: number) => `${((100 * found) / planted).toFixed(0)} % of ${planted}`;
  return [
    rule,
    ((168 * sum(({ incidents }) => incidents)) / hours).toFixed(2),
    `${((100 * sum(({ openHours }) => openHours)) / hours).toFixed(1)} %`,
    share(
      sum(({ numbers }) => numbers.found),
      sum(({ numbers }) => numbers.planted),
    ),
    share(
      sum(({ names }) => names.found),
      sum(({ names }) => names.planted),
    ),
  ];
}

const at = process.argv.indexOf('--data');
if (process.argv.includes('--traffic')) measureTraffic();
else measurePolicies(drawSimulated, '20 simulated features');
if (at >= 0) measurePolicies(drawFrom(process.argv[at + 1] as string), 'real rows, drawn at random');
