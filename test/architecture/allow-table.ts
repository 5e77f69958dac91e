/**
 * Who may import whom: a folder of src/, and the folders that its files may import beside their own. `imports.test.ts` reads every import of
 * src/ and holds this table; docs/architecture.md says what lives in each.
 *
 * Core is a ladder: each folder may import those above it in this list. Services too, where they stand in one order; the others stand alone.
 */
const CORE_LADDER = [
  'core', // errors, steps: the files that lie in core/ itself
  'core/json',
  'core/time',
  'core/stats',
  'core/format',
  'core/profile',
  'core/drift',
  'core/evaluation',
  'core/calibration',
  'core/forecast',
  'core/incident',
  'core/monitor',
  'core/table',
];

const OUTSIDE = ['store', 'runtime', 'config'];
const STANDALONE = [
  'services/ingest',
  'services/keys',
  'services/maintenance',
  'services/notify',
  'services/sources',
  'services/datasets',
];
const SERVICE_LADDER = [
  'services/evaluation',
  'services/baselines',
  'services/incidents',
  'services/monitors',
  'services/coherence',
];
const SERVICES = [...STANDALONE, ...SERVICE_LADDER];
const CORE = CORE_LADDER;

export const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(CORE_LADDER.map((folder, i) => [folder, CORE_LADDER.slice(0, i)])),
  config: CORE,
  runtime: CORE,
  store: [...CORE, 'runtime'],
  api: CORE,
  ...Object.fromEntries(STANDALONE.map((folder) => [folder, [...CORE, ...OUTSIDE]])),
  ...Object.fromEntries(
    SERVICE_LADDER.map((folder, i) => [folder, [...CORE, ...OUTSIDE, ...SERVICE_LADDER.slice(0, i)]]),
  ),
  // The API of signals is a window on what their source stored.
  'services/coherence': [...CORE, ...OUTSIDE, ...SERVICE_LADDER.slice(0, -1), 'services/sources'],
  http: [...CORE, ...OUTSIDE, 'api', ...SERVICES],
  dashboard: [...CORE, 'api'],
  cli: [...CORE, ...OUTSIDE, 'api', ...SERVICES, 'dashboard', 'app.ts', 'check.ts', 'simulation.ts'],
  'index.ts': [...CORE, 'services/datasets'],
  'monitoring.ts': [...CORE, ...OUTSIDE, ...SERVICES],
  'simulation.ts': [...CORE, ...OUTSIDE, ...SERVICES, 'monitoring.ts'],
  'check.ts': [...CORE, ...OUTSIDE, ...SERVICES, 'http'],
  'app.ts': [...CORE, ...OUTSIDE, ...SERVICES, 'http', 'monitoring.ts'],
  'main.ts': ['cli'],
};

/** Packages that one folder has to itself. */
export const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  pg: ['store'],
  '@electric-sql/pglite': ['store'],
  fastify: ['http'],
  commander: ['cli'],
  nodemailer: ['services/notify'],
};

/** Core has no I/O: of Node only what computes. */
export const NODE_MODULES_OF_CORE: readonly string[] = ['node:buffer'];
