import { z } from 'zod';
import { featureRules } from '../../core/profile/rules.ts';
import { streamNameFields } from '../../core/stream-name.ts';
import { getStream } from '../../services/evaluation/resolve-stream.ts';
import { rebuildProfiles } from '../../services/maintenance/rebuild-profiles.ts';
import type { HttpApp, RouteDeps } from '../deps.ts';
import { inOrder, time } from '../parameters.ts';

const body = z.object({ ...streamNameFields, from: time, to: time }).check(inOrder('from', 'to'));
const answer = z.object({ minutes: z.int(), events: z.int() });

export function rebuildRoutes(app: HttpApp, { db, config }: RouteDeps): void {
  const rules = featureRules({
    allow: config.FEATURES_ALLOW,
    deny: config.FEATURES_DENY,
    categorical: config.FEATURES_CATEGORICAL,
  });
  const schema = {
    tags: ['streams'],
    summary: 'Recreate profiles from stored events',
    body,
    response: { 200: answer },
  };
  app.post('/v1/rebuild', { schema }, async (request) => {
    const { service, endpoint, from, to } = request.body;
    const stream = await getStream(db, service, endpoint);
    return rebuildProfiles(db, rules, stream.id, { startMs: from, endMs: to });
  });
}
