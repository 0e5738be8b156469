// The page of `patchwright inspect` on a run of 100,000 events in Chromium: first paint, when the run's step
// stands there, and the longest task while it is scrolled. Beside it the first paint of an empty page.
// Usage: node --import tsx bench/page.ts [ROUNDS] [--save], default 5. JSON on standard output.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Browser, chromium, type Page } from 'playwright-core';
import { startInspector } from '../src/inspector/server.ts';
import { ownEvents } from '../tests/support/trajectories/own.ts';
import { medianOf, report, SAVE } from './report.ts';

const STEPS = 50_000;
const WHEEL_TURNS = 120;
const { values, positionals } = parseArgs({ allowPositionals: true, options: SAVE });
const rounds = Number(positionals[0] ?? 5);
const folder = mkdtempSync(join(tmpdir(), 'patchwright-bench-'));

/** Milliseconds from the start of the navigation to the first contentful paint. */
async function firstPaint(page: Page): Promise<number> {
  return page.evaluate(
    `new Promise((done) => new PerformanceObserver((list) => {
      const paint = list.getEntriesByName('first-contentful-paint')[0];
      if (paint) done(paint.startTime);
    }).observe({ type: 'paint', buffered: true }))`,
  );
}

/** Longest task in milliseconds while the list is scrolled by the wheel and to far places; 0 when none took over 50. */
async function longestTask(page: Page): Promise<number> {
  await page.evaluate(
    `window.longTasks = []; new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) window.longTasks.push(duration);
    }).observe({ type: 'longtask' })`,
  );
  await page.locator('.columns .list').hover();
  for (let turn = 0; turn < WHEEL_TURNS; turn++) {
    await page.mouse.wheel(0, turn % 2 === 0 ? 600 : 40_000);
    await page.waitForTimeout(16);
  }
  for (const key of ['G', 'g']) {
    await page.keyboard.press(key);
    await page.waitForTimeout(200);
  }
  return page.evaluate('Math.max(0, ...window.longTasks)');
}

async function onPage<T>(browser: Browser, work: (page: Page) => Promise<T>): Promise<T> {
  const page = await browser.newPage({ viewport: { width: 1300, height: 800 } });
  try {
    return await work(page);
  } finally {
    await page.close();
  }
}

const step = (i: number) => ({
  text: `I run command ${i}.`,
  calls: [{ tool: 'bash', input: { command: `command ${i}` }, answer: { text: `answer ${i}` } }],
});
const run = Array.from({ length: STEPS }, (_, i) => step(i + 1));
const events = ownEvents(run, { taskId: 'huge', runId: 'huge' });
mkdirSync(join(folder, 'huge'));
const text = events.map((event) => `${JSON.stringify(event)}\n`).join('');
writeFileSync(join(folder, 'huge', 'trajectory.jsonl'), text);

const empty = createServer((_, response) => {
  response.setHeader('content-type', 'text/html');
  response.end('<!doctype html><title>empty</title><p>empty');
});
await new Promise<void>((done) => empty.listen(0, '127.0.0.1', done));
const emptyUrl = `http://127.0.0.1:${(empty.address() as AddressInfo).port}`;
const built = fileURLToPath(new URL('../dist/inspector', import.meta.url));
const inspector = await startInspector({ folder, page: built, port: 0 });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
try {
  const emptyPaints: number[] = [];
  const paints: number[] = [];
  const shown: number[] = [];
  const tasks: number[] = [];
  let address = '';
  // The first round only finds the run's address and warms up.
  for (let round = -1; round < rounds; round++) {
    const emptyPaint = await onPage(browser, async (page) => {
      await page.goto(emptyUrl);
      return firstPaint(page);
    });
    await onPage(browser, async (page) => {
      await page.goto(address || inspector.url);
      if (address === '') {
        await page.locator('.list .row a').first().click();
        await page.locator('article.step h2').waitFor();
        address = page.url();
        return;
      }
      paints.push(await firstPaint(page));
      emptyPaints.push(emptyPaint);
      await page.locator('article.step h2').waitFor();
      shown.push(await page.evaluate<number>('performance.now()'));
      tasks.push(await longestTask(page));
    });
  }
  report(values.save, {
    rounds,
    events: events.length,
    trajectoryBytes: text.length,
    unit: 'ms',
    emptyPageFirstPaint: medianOf(emptyPaints),
    firstPaint: medianOf(paints),
    firstPaintToReach: 1000,
    stepShown: medianOf(shown),
    longestTaskOfEachRound: tasks,
    longestTaskToReach: 100,
  });
} finally {
  await browser.close();
  await inspector.close();
  empty.close();
  rmSync(folder, { recursive: true, force: true });
}
