import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { runPaymentsStory } from '../../scripts/picture/payments-story.ts';
import { drawReportCard } from '../../scripts/picture/report-card.ts';

it('docs/images/report.svg shows what the service reports today; npm run picture draws it again', async () => {
  const { report, reference, current } = await runPaymentsStory();
  const picture = readFileSync(new URL('../../docs/images/report.svg', import.meta.url), 'utf8');
  expect(drawReportCard(report, reference, current)).toBe(picture);
});
