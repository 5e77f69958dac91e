import { rm, writeFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { comparePage } from '../../src/cli/output/compare-page.ts';
import { detectDrift } from '../../src/services/datasets/drift-detector.ts';
import { makeTemporaryDirectory } from '../database.ts';
import { launchBrowser } from './chromium.ts';

let browser: Browser;
let directory: string;

beforeAll(async () => {
  browser = await launchBrowser();
  directory = await makeTemporaryDirectory();
});

afterAll(async () => {
  await browser.close();
  await rm(directory, { recursive: true });
});

const rows = (n: number, shift: number) =>
  Array.from({ length: n }, (_, i) => ({
    age: ((i * 7919) % 1009) / 10 + shift,
    '<img src=x onerror=alert(1)>': 'abc'[(i * i) % 3],
    a_name_that_is_rather_long_and_has_no_place_where_it_could_be_broken: (i * 6271) % 1013,
  }));

it.each([
  ['a wide screen', 1200, 'light'],
  ['a telephone at night', 400, 'dark'],
] as const)('a comparison as a page, on %s', async (_, width, colorScheme) => {
  const path = `${directory}/page.html`;
  await writeFile(
    path,
    comparePage(detectDrift(rows(400, 0), rows(300, 60)), {
      reference: '/some/where/far/away/in/a/directory/of/a/long/name/reference_table.csv.gz',
      production: 'p.csv',
    }),
  );
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('dialog', (dialog) => complaints.push(`dialog: ${dialog.message()}`));
  page.on('request', (request) => request.url().startsWith('file:') || complaints.push(request.url()));
  await page.goto(`file://${path}`);
  expect(await page.locator('h2').allInnerTexts()).toEqual([
    'age',
    '<img src=x onerror=alert(1)>',
    'a_name_that_is_rather_long_and_has_no_place_where_it_could_be_broken',
  ]);
  expect(await page.getByText('Drift detected in 1 feature(s): age').isVisible()).toBe(true);
  expect(await page.locator('section').first().locator('svg').count()).toBe(2);
  expect(await page.locator('section svg').first().boundingBox()).toMatchObject({ width: expect.any(Number) });
  expect(await page.evaluate('document.documentElement.scrollWidth - window.innerWidth')).toBeLessThanOrEqual(0);
  expect(complaints).toEqual([]);
  await page.close();
});
