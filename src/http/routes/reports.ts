import type { z } from 'zod';
import { aggregateOf } from '../../api/comparison-options.ts';
import { latestReportQuery, report, reportPage, reportQuery } from '../../api/reports.ts';
import { toReport } from '../../core/evaluation/to-report.ts';
import { evaluateWindow } from '../../services/evaluation/evaluate-window.ts';
import { listReports } from '../../store/reports.ts';
import type { HttpApp, HttpContext } from '../context.ts';
import { intervalOf } from '../interval.ts';
import { reportList } from '../report-list.ts';

/** Not checked against its type: a page is sent as text. */
const renderedPage: z.ZodType = reportPage;

const tags = ['reports'];

export function reportRoutes(
  app: HttpApp,
  { db, clock, monitoring }: Pick<HttpContext, 'db' | 'clock' | 'monitoring'>,
): void {
  const latest = {
    tags,
    operationId: 'getLatestReport',
    summary: 'Does the window still match the baseline?',
    description: 'Stored as a report, unless tests, preset, correction or aggregate make it a question of its own.',
    querystring: latestReportQuery,
    response: { 200: report },
  };
  app.get('/reports/latest', { schema: latest }, async (request) => {
    const { window_minutes: windowMinutes, start, end, aggregate: _, drift_share: _share, ...rest } = request.query;
    const interval = intervalOf({ start, end, length: windowMinutes }, clock.now());
    const query = { ...rest, windowMinutes, interval, aggregate: aggregateOf(request.query) };
    return toReport(await evaluateWindow(monitoring, query));
  });

  const list = {
    tags,
    operationId: 'listReports',
    summary: 'Stored reports of a stream, newest first',
    querystring: reportQuery,
    response: { 200: renderedPage },
  };
  app.get('/v1/reports', { schema: list }, async (request, reply) => {
    const { stream: streamId, from: fromMs, to: toMs, limit, cursor: after } = request.query;
    const page = await listReports(db, { streamId, fromMs, toMs, limit, after });
    const reports = await reportList(page.reports);
    return reply.type('application/json').send(`{"reports":${reports},"next":${JSON.stringify(page.next)}}`);
  });
}
