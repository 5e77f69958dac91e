import { z } from 'zod';
import type { HttpApp, HttpContext } from '../context.ts';

export function metricsRoutes(app: HttpApp, { metrics }: Pick<HttpContext, 'metrics'>): void {
  const response = { 200: { description: 'Prometheus text', content: { 'text/plain': { schema: z.string() } } } };
  app.get(
    '/metrics',
    { schema: { tags: ['health'], operationId: 'getMetrics', summary: 'Counters for Prometheus', response } },
    async (_request, reply) => reply.header('content-type', metrics.contentType).send(await metrics.text()),
  );
}
