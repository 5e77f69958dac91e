import { writeFileSync } from 'node:fs';
import { runPaymentsStory } from './picture/payments-story.ts';
import { drawReportCard } from './picture/report-card.ts';

// Draws the picture of the README from a report of the real service. Usage: npm run picture

const { report, reference, current } = await runPaymentsStory();
writeFileSync(new URL('../docs/images/report.svg', import.meta.url), drawReportCard(report, reference, current));
