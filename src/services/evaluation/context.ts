import type { Config } from '../../config/config.ts';
import type { Clock } from '../../core/time/clock.ts';
import type { Database } from '../../store/database.ts';
import type { ProfileCache } from './profile-cache.ts';

/** What a window is evaluated with. */
export interface EvaluationContext {
  readonly db: Database;
  readonly config: Config;
  readonly clock: Clock;
  readonly cache: ProfileCache;
}
