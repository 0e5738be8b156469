import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Inspector, startInspector } from '../../src/inspector/server.ts';
import type { TrajectoryEvent } from '../../src/trajectory/event.ts';
import { ownEvents, type StepSpec, sampleEvents } from '../support/trajectories/own.ts';

const folder = mkdtempSync(join(tmpdir(), 'patchwright-test-'));
const page = fileURLToPath(new URL('../../dist/inspector', import.meta.url));
const screenshots = process.env.SCREENSHOTS;
let inspector: Inspector;
let browser: Browser;
let view: Page;
let complaints: string[] = [];

const lines = (events: readonly TrajectoryEvent[]) =>
  events.map((event) => `${JSON.stringify(event)}\n`).join('');

function save(name: string, events: readonly TrajectoryEvent[]): string {
  mkdirSync(join(folder, name), { recursive: true });
  const file = join(folder, name, 'trajectory.jsonl');
  writeFileSync(file, lines(events));
  return file;
}

const step = (command: string, text = 'ok'): StepSpec => ({
  text: `I run ${command}.`,
  calls: [{ tool: 'bash', input: { command }, answer: { text } }],
});

const HOSTILE = [
  '<script>window.harmed = 1</script><img src=x onerror="window.harmed = 1">',
  '\u001b[31mred\u001b[0m \u001b]0;title\u0007',
  '\u202Egnp.exe\u2066',
  '</code></pre><svg onload="window.harmed = 1">',
].join('\n');

beforeAll(async () => {
  save('sample', sampleEvents());
  const variant = [step('ls', 'a'), { text: 'Other.', ...step('make') }, step('true')];
  save(
    'a',
    ownEvents([step('ls', 'a'), step('cat a'), step('true')], { taskId: 'task-c', runId: 'a' }),
  );
  save('b', ownEvents(variant, { taskId: 'task-c', runId: 'b', model: 'other' }));
  const evil = {
    text: HOSTILE,
    thinking: HOSTILE,
    calls: [
      { tool: HOSTILE, input: { [HOSTILE]: HOSTILE }, answer: { text: HOSTILE, isError: true } },
      {
        tool: 'edit',
        input: { path: 'a', old_text: HOSTILE, new_text: `${HOSTILE}!` },
        answer: {},
      },
      { tool: 'bash', input: { command: 'cat' }, answer: { text: 'x'.repeat(2_000_000) } },
      {
        tool: 'run_tests',
        input: {},
        answer: { text: 'failed', data: { newlyFailing: ['t::bad'], newlyPassing: ['t::good'] } },
      },
    ],
    nudge: HOSTILE,
  };
  const more = { statement: HOSTILE, taskId: HOSTILE, runId: 'evil', model: HOSTILE };
  save(
    'evil',
    ownEvents([evil], { ...more, patch: `diff --git a/a b/a\n@@ -1 +1 @@\n-${HOSTILE}\n+y\n` }),
  );
  save(
    'huge',
    ownEvents(
      Array.from({ length: 50_000 }, (_, index) =>
        step(`command ${index + 1}`, `answer ${index + 1}`),
      ),
      { taskId: 'huge', runId: 'huge' },
    ),
  );
  inspector = await startInspector({ folder, page, port: 0 });
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await inspector?.close();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  complaints = [];
  view = await browser.newPage({ viewport: { width: 1300, height: 800 } });
  view.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  view.on('pageerror', (error) => complaints.push(String(error)));
  view.on('request', (request) => {
    if (!request.url().startsWith(inspector.url)) complaints.push(`request to ${request.url()}`);
  });
});
afterEach(async ({ task }) => {
  if (screenshots)
    await view.screenshot({
      path: join(screenshots, `${task.name.replace(/\W+/g, '-').slice(0, 50)}.png`),
    });
  expect(await view.evaluate(() => (globalThis as { harmed?: number }).harmed)).toBeUndefined();
  await view.close();
  expect(complaints).toEqual([]);
});

/** Opens a run by the name of its task in the list. */
async function openRun(task: string): Promise<void> {
  await view.goto(inspector.url);
  await view.fill('#search', task);
  await view.locator('.list .row a').first().click();
  await view.locator('article.step h2').waitFor();
}

describe('the list', () => {
  test('sorts, filters and searches', async () => {
    await view.goto(inspector.url);
    await view.locator('.list .row').first().waitFor();
    expect(await view.locator('.list .row').count()).toBe(5);
    await view.getByRole('button', { name: 'steps' }).click();
    expect(await view.locator('.list .row .steps').allTextContents()).toEqual([
      '1',
      '3',
      '3',
      '4',
      '50000',
    ]);
    await view.getByRole('button', { name: 'steps' }).click();
    expect(await view.locator('.list .row .steps').first().textContent()).toBe('50000');
    await view.fill('#search', 'task-c other');
    expect(await view.locator('.list .row').count()).toBe(1);
    await view.selectOption('select', 'submitted');
    expect(await view.locator('.list .row').count()).toBe(1);
  });

  test('is gone through by keys', async () => {
    await view.goto(inspector.url);
    await view.locator('.list .row').first().waitFor();
    await view.getByRole('button', { name: 'steps' }).click();
    await view.keyboard.press('j');
    await view.keyboard.press('ArrowDown');
    await view.keyboard.press('k');
    expect(await view.locator('.row.active .steps').textContent()).toBe('3');
    await view.keyboard.press('Enter');
    await view.locator('.run h1').waitFor();
    await view.keyboard.press('Escape');
    await view.locator('.runs h1').waitFor();
  });
});

describe('a run', () => {
  test('shows each step with its calls, answers, the edit as a diff, what the model saw', async () => {
    await openRun('task-1');
    const detail = view.locator('article.step');
    expect(await view.locator('.line').count()).toBe(4);
    expect(await detail.textContent()).toContain('I look.');
    await view.keyboard.press('j');
    await view.keyboard.press('j');
    await view.locator('h2', { hasText: 'Step 3' }).waitFor();
    expect(await detail.locator('.diff .del').textContent()).toBe('- x');
    expect(await detail.locator('.diff .add').textContent()).toBe('+ <script>alert(1)</script>');
    expect(await detail.locator('.answer.error').count()).toBe(1);
    await detail.locator('summary', { hasText: 'what the model saw' }).click();
    await detail.locator('h4', { hasText: 'system' }).waitFor();
    expect(await detail.textContent()).toContain('You mend things.');
  });

  test('shows patch, charts and task', async () => {
    await openRun('task-1');
    await view.keyboard.press('2');
    await view.locator('.diff .add').waitFor();
    expect(await view.locator('.diff .add').textContent()).toBe('+y');
    await view.keyboard.press('3');
    await view.locator('.plot canvas').nth(1).waitFor();
    expect(await view.locator('.plot canvas').count()).toBe(2);
    const drawn = await view.evaluate(
      `(() => {
        const canvas = document.querySelector('.plot canvas');
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        return data.some((value) => value !== 0);
      })()`,
    );
    expect(drawn).toBe(true);
    await view.keyboard.press('4');
    expect(await view.locator('.detail').textContent()).toContain('It is broken.');
  });

  test('in the dark', async () => {
    await view.emulateMedia({ colorScheme: 'dark' });
    await openRun('task-1');
    const colour = await view.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(colour).toBe('rgb(13, 17, 23)');
  });

  test('follows a run that goes on', async () => {
    const events = ownEvents([step('one'), step('two'), step('three')], {
      taskId: 'live',
      runId: 'live',
    });
    const file = save('live', events.slice(0, 3));
    await openRun('live');
    expect(await view.locator('.line').count()).toBe(1);
    appendFileSync(file, lines(events.slice(3, 5)));
    await view.locator('h2', { hasText: 'Step 2' }).waitFor();
    expect(await view.locator('.status').textContent()).toBe('running');
    appendFileSync(file, lines(events.slice(5)));
    await view.locator('.status', { hasText: 'submitted' }).waitFor();
    await view.locator('h2', { hasText: 'Step 3' }).waitFor();
    rmSync(join(folder, 'live'), { recursive: true });
  });
});

test('two runs stand side by side from the first step where they differ', async () => {
  await view.goto(inspector.url);
  await view.fill('#search', 'task-c');
  await view.locator('.list .row').nth(1).waitFor();
  for (const index of [0, 1]) await view.locator('.list .row input').nth(index).check();
  await view.getByText('compare the two chosen').click();
  await view.getByRole('button', { name: 'first difference: step 2' }).waitFor();
  await view.locator('.side h2', { hasText: 'Step 2' }).nth(1).waitFor();
  const commands = await view.locator('.side article .block.call').allTextContents();
  expect(commands.sort()).toEqual(['cat a', 'make']);
});

test('a hostile run does no harm', async () => {
  await openRun('evil');
  const detail = view.locator('article.step');
  const text = (await detail.textContent()) ?? '';
  expect(text).toContain('<script>window.harmed = 1</script>');
  expect(text).toContain('⟨U+202E⟩gnp.exe⟨U+2066⟩');
  for (const char of ['\u001b', '\u202e', '\u2066', '\u0007']) expect(text).not.toContain(char);
  expect(await view.locator('script:not([src]), img, svg').count()).toBe(0);
  expect(text.length).toBeLessThan(200_000);
  expect(await detail.locator('.tests tr').allTextContents()).toEqual([
    'newly failingt::bad',
    'newly passingt::good',
  ]);
  for (const key of ['2', '3', '4', '1']) await view.keyboard.press(key);
  await view.locator('article.step h2').waitFor();
  const wide = await view.evaluate('document.documentElement.scrollWidth - innerWidth');
  expect(wide).toBeLessThanOrEqual(0);
});

describe('a run of 100,000 events', () => {
  test('holds few rows and goes anywhere at once', async () => {
    await openRun('huge');
    expect(await view.locator('.line').count()).toBeLessThan(120);
    await view.keyboard.press('G');
    await view.locator('h2', { hasText: 'Step 50000' }).waitFor();
    expect(await view.locator('article.step').textContent()).toContain('answer 50000');
    await view.keyboard.press('g');
    await view.locator('h2', { hasText: 'Step 1 ' }).waitFor();
    await view.locator('.columns .list').evaluate((list) => {
      list.scrollTop = list.scrollHeight / 2;
    });
    await view.locator('.line', { hasText: 'command 250' }).first().waitFor();
    expect(await view.locator('.line').count()).toBeLessThan(120);
  });
});
