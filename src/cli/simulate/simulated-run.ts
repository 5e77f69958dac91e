import type { DrivenClock } from '../../core/time/clock.ts';
import type { Simulation } from '../../simulation.ts';
import type { Database } from '../../store/database.ts';
import type { Terminal } from '../terminal.ts';
import type { Timeline } from './timeline.ts';
import type { TrafficKind } from './traffic.ts';

export interface SimulateOptions {
  readonly days: number;
  readonly traffic: TrafficKind;
  readonly features: number;
  readonly perHour: number;
  readonly every: string;
  readonly window?: string;
  readonly driftAfter: string;
  readonly driftFor: string;
  readonly drift: boolean;
  readonly seed: number;
  readonly monitors?: string;
  readonly replay?: string;
  readonly baseline: string;
  readonly labels?: string;
  readonly json?: boolean;
}

/** One simulation that is running. */
export interface SimulatedRun {
  readonly terminal: Terminal;
  readonly options: SimulateOptions;
  readonly db: Database;
  readonly clock: DrivenClock;
  readonly simulation: Simulation;
  readonly timeline: Timeline;
}
