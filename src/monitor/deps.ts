import type { Config } from '../config.ts';
import type { Database } from '../store/database.ts';
import type { Clock } from '../time/clock.ts';
import type { ProfileCache } from './profile-cache.ts';

export interface MonitorDeps {
  readonly db: Database;
  readonly config: Config;
  readonly clock: Clock;
  readonly cache: ProfileCache;
}
