import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RunningApp, startApp } from '../../src/app.ts';
import { readConfig } from '../../src/config/config.ts';
import { systemClock } from '../../src/core/time/clock.ts';
import { type Isolated, isolate } from '../app/isolated.ts';
import { launchBrowser } from './chromium.ts';

let place: Isolated;
let app: RunningApp;
let browser: Browser;

beforeAll(async () => {
  place = await isolate();
  app = await startApp(readConfig(place.env), systemClock);
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser.close();
  await app.stop();
  await place.remove();
});

it('the page of the API shows every group of routes, and breaks no rule of its own security policy', async () => {
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(`${app.url}/docs`);
  await page.getByText('/v1/ingest').first().waitFor();
  const paths = await page.locator('.opblock-summary-path').allInnerTexts();
  const shown = paths.map((path) => path.replace(/\u200b/g, '').trim());
  expect(shown).toEqual(
    expect.arrayContaining(['/v1/ingest', '/reports/latest', '/v1/baselines', '/v1/streams', '/health']),
  );
  await page.locator('#operations-events-postV1Ingest, .opblock-post').first().click();
  await page.getByText('Store a batch of events').first().waitFor();
  expect(complaints).toEqual([]);
  await page.close();
});

it('a page of another origin cannot write here while there is no key', async () => {
  const page = await browser.newPage();
  await page.goto('data:text/html,<title>elsewhere</title>');
  const outcome = await page.evaluate(async (url) => {
    try {
      const headers = { 'content-type': 'application/json' };
      return (await fetch(`${url}/v1/ingest`, { method: 'POST', headers, body: '[]' })).status;
    } catch {
      return 'blocked';
    }
  }, app.url);
  expect(outcome).toBe('blocked');
  await page.close();
});
