import type { Config } from '../../config/config.ts';
import { type FeatureRules, featureRules } from '../../core/profile/rules.ts';
import type { CheckRules } from './check-events.ts';

/** Which values of an event are features. */
export function featureRulesOf(config: Config): FeatureRules {
  return featureRules({
    allow: config.FEATURES_ALLOW,
    deny: config.FEATURES_DENY,
    categorical: config.FEATURES_CATEGORICAL,
  });
}

/** Which events are taken. */
export function checkRulesOf(config: Config): CheckRules {
  return {
    limits: {
      maxDepth: config.MAX_EVENT_DEPTH,
      maxLeaves: config.MAX_EVENT_LEAVES,
      maxFeatures: config.MAX_FEATURES,
    },
    retentionDays: config.EVENT_RETENTION_DAYS,
    maxFutureSeconds: config.MAX_FUTURE_SECONDS,
  };
}
