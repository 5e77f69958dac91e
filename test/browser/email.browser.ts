import { rm, writeFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { renderEmail } from '../../src/services/notify/channels/email-body.ts';
import { makeTemporaryDirectory } from '../database.ts';
import { HOSTILE, messageSaying, sampleMessage } from '../services/notify/sample-message.ts';
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

async function open(html: string, width: number, colorScheme: 'light' | 'dark') {
  const path = `${directory}/mail.html`;
  await writeFile(path, html);
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('dialog', (dialog) => complaints.push(`dialog: ${dialog.message()}`));
  page.on('request', (request) => request.url().startsWith('file:') || complaints.push(request.url()));
  await page.goto(`file://${path}`);
  return { page, complaints };
}

it.each([
  ['a desk', 760, 'light'],
  ['a telephone at night', 375, 'dark'],
] as const)('a mail on %s says what, where, how much and since when, and fits', async (_, width, scheme) => {
  const { page, complaints } = await open(renderEmail(sampleMessage()).html, width, scheme);
  const text = await page.innerText('body');
  for (const part of [
    '[CRITICAL] Drift on payments_api POST /v2/payments',
    'request.body.amount',
    'KS distance 0.43',
    '11:00 UTC',
  ])
    expect(text).toContain(part);
  expect(await page.getByRole('link').first().getAttribute('href')).toMatch(
    /^https:\/\/plumbline\.example\/incidents\/7/,
  );
  expect(await page.evaluate('document.documentElement.scrollWidth - window.innerWidth')).toBeLessThanOrEqual(0);
  expect(complaints).toEqual([]);
  await page.close();
});

it('text of events is shown and does nothing', async () => {
  const { page, complaints } = await open(renderEmail(messageSaying(HOSTILE)).html, 375, 'light');
  expect(await page.locator('img, script').count()).toBe(0);
  expect(await page.innerText('body')).toContain('<img src=x onerror=alert(1)>');
  expect(await page.evaluate('document.documentElement.scrollWidth - window.innerWidth')).toBeLessThanOrEqual(0);
  expect(complaints).toEqual([]);
  await page.close();
});
