import { driftMonitor } from './drift-monitor.ts';
import { driftsense } from './driftsense.ts';
import { evidently } from './evidently.ts';
import { guard } from './guard.ts';
import { nannyml } from './nannyml.ts';
import type { Preset } from './preset.ts';
import { sentinel } from './sentinel.ts';
import { whylogs } from './whylogs.ts';

const TABLE = {
  evidently,
  nannyml,
  whylogs,
  sentinel,
  driftsense,
  guard,
  'drift-monitor': driftMonitor,
} as const satisfies Record<string, Preset>;

/** The name of a preset, as settings spell it. */
export type PresetName = keyof typeof TABLE;

/** Other tools whose statistics and verdicts are reproduced. */
export const PRESETS: Readonly<Record<PresetName, Preset>> = TABLE;

/** Every preset, in the order of the table. */
export const PRESET_NAMES = Object.keys(PRESETS) as [PresetName, ...PresetName[]];
