import { rebuildAnswer, rebuildRequest } from '../../api/streams.ts';
import { featureRules } from '../../core/profile/rules.ts';
import { getStream } from '../../services/evaluation/resolve-stream.ts';
import { rebuildProfiles } from '../../services/maintenance/rebuild-profiles.ts';
import type { HttpApp, HttpContext } from '../context.ts';

export function rebuildRoutes(app: HttpApp, { db, config }: Pick<HttpContext, 'db' | 'config'>): void {
  const rules = featureRules({
    allow: config.FEATURES_ALLOW,
    deny: config.FEATURES_DENY,
    categorical: config.FEATURES_CATEGORICAL,
  });
  const schema = {
    tags: ['streams'],
    operationId: 'rebuildProfiles',
    summary: 'Recreate profiles from stored events',
    body: rebuildRequest,
    response: { 200: rebuildAnswer },
  };
  app.post('/v1/rebuild', { schema }, async (request) => {
    const { service, endpoint, from, to } = request.body;
    const stream = await getStream(db, service, endpoint);
    return rebuildProfiles(db, { rules, maxFeatures: config.MAX_FEATURES }, stream.id, { startMs: from, endMs: to });
  });
}
