import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parse } from 'csv-parse/sync';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sampleModel } from '../testing/sample-model.ts';
import { viewOf } from '../view.ts';
import { cellName } from '../words.ts';
import { buildReportAssets, loadReportAssets } from './build-assets.ts';
import { renderHtml } from './render.ts';

const PROJECT_ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CHROMIUM = process.env['THIRDWAVE_CHROMIUM'] ?? '/usr/bin/chromium';
const TABLE = '#cold-start-cold-start-json-table';
const model = sampleModel();

let folder = '';
let url = '';
let browser: Browser;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'thirdwave-report-'));
  await buildReportAssets(PROJECT_ROOT, folder);
  const file = join(folder, 'report.html');
  await writeFile(file, renderHtml(model, await loadReportAssets(folder)));
  url = pathToFileURL(file).href;
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
});

afterAll(async () => {
  await browser.close();
  await rm(folder, { recursive: true });
});

/** Opens the report offline; everything the page says or asks for beside itself is collected. */
async function open(colorScheme: 'light' | 'dark' = 'light', width = 1200): Promise<{ page: Page; trouble: string[] }> {
  const context = await browser.newContext({ colorScheme, offline: true, viewport: { width, height: 900 } });
  const page = await context.newPage();
  const trouble: string[] = [];
  page.on('console', (message) => trouble.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => trouble.push(`error: ${error.message}`));
  page.on('request', (request) => {
    if (request.url() !== url) trouble.push(`request: ${request.url()}`);
  });
  await page.goto(url);
  return { page, trouble };
}

/** Share of pixels of each canvas that are not transparent. */
function paintedShares(page: Page): Promise<number[]> {
  return page.$$eval('canvas', (canvases) =>
    canvases.map((canvas) => {
      const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      let painted = 0;
      for (let index = 3; index < pixels.length; index += 4) painted += pixels[index] === 0 ? 0 : 1;
      return (painted * 4) / pixels.length;
    }),
  );
}

describe.each(['light', 'dark'] as const)('in the %s scheme', (scheme) => {
  test('the page asks for nothing, reports nothing and paints every chart', async () => {
    const { page, trouble } = await open(scheme);
    const shares = await paintedShares(page);
    expect(trouble).toEqual([]);
    expect(shares.length).toBeGreaterThan(10);
    for (const share of shares) expect(share).toBeGreaterThan(0.01);
    await page.context().close();
  });

  test('axe finds no violation, with every table open', async () => {
    const { page } = await open(scheme);
    await page.$$eval('details', (all) => all.forEach((details) => (details.open = true)));
    // A script element would be refused by the page's policy.
    await page.evaluate(await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
    const violations = await page.evaluate<string[]>(
      `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ' ' + nodes[0].html))`,
    );
    expect(violations).toEqual([]);
    await page.context().close();
  });

  test('text reaches a contrast of 4.5 and every mark of 3 on the background', async () => {
    const { page } = await open(scheme);
    const colours = await page.evaluate(() => {
      const style = getComputedStyle(document.documentElement);
      const names = ['background', 'surface', 'text', 'quiet', 'link', 'good', 'bad', 'ink', 'blue', 'vermillion', 'green', 'purple'];
      return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
    });
    for (const name of ['text', 'quiet', 'link', 'good', 'bad']) {
      expect(contrast(colours[name], colours['background']), name).toBeGreaterThanOrEqual(4.5);
      expect(contrast(colours[name], colours['surface']), name).toBeGreaterThanOrEqual(4.5);
    }
    for (const name of ['ink', 'blue', 'vermillion', 'green', 'purple']) {
      expect(contrast(colours[name], colours['background']), name).toBeGreaterThanOrEqual(3);
    }
    await page.context().close();
  });
});

test('every canvas is an image with a label, a description and a table', async () => {
  const { page } = await open();
  const canvases = await page.$$eval('canvas', (all) =>
    all.map((canvas) => ({
      role: canvas.getAttribute('role'),
      label: canvas.getAttribute('aria-label') ?? '',
      described: (canvas.getAttribute('aria-describedby') ?? '')
        .split(' ')
        .map((id) => document.getElementById(id)?.textContent.trim() ?? ''),
      table: document.getElementById(canvas.getAttribute('aria-details') ?? '')?.tagName,
    })),
  );
  for (const canvas of canvases) {
    expect(canvas).toMatchObject({ role: 'img', table: 'TABLE' });
    expect(canvas.label).toMatch(/\d/);
    expect(canvas.described.every((text) => text !== '')).toBe(true);
  }
  await page.context().close();
});

test('the charts follow a change of the colour scheme', async () => {
  const { page } = await open('light');
  const picture = (): Promise<string> => page.$eval('canvas', (canvas) => canvas.toDataURL());
  const light = await picture();
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect.poll(picture).not.toBe(light);
  await page.emulateMedia({ colorScheme: 'light' });
  await expect.poll(picture).toBe(light);
  await page.context().close();
});

test('a downloaded CSV holds the table’s summaries at full precision and nothing where nothing was measured', async () => {
  const { page } = await open();
  await page
    .locator('details', { has: page.locator(TABLE) })
    .locator('summary')
    .click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: /^Download CSV: Cold start, workload json/ }).click(),
  ]);
  expect(download.suggestedFilename()).toBe(`${model.manifest.runId}-cold-start-cold-start-json-table.csv`);
  const text = await readFile(await download.path(), 'utf8');
  const rows: Record<string, string>[] = parse(text, { columns: true, record_delimiter: '\r\n' });
  const panel = viewOf(model)
    .panels(['cold_start'])
    .find(({ workload }) => workload === 'json');
  expect(rows).toHaveLength(panel?.rows.length ?? 0);
  for (const [index, { cell, summary }] of (panel?.rows ?? []).entries()) {
    expect(rows[index]).toMatchObject({
      cell: cellName(cell),
      rung: cell.rung,
      median_s: summary?.median === undefined ? '' : String(summary.median),
      ci_high_s: summary?.interval === undefined ? '' : String(summary.interval.high),
      ratio: summary?.ratio === undefined ? '' : String(summary.ratio.estimate),
      n_ok: String(summary?.counts.ok),
      n_failed: String(summary?.counts.failed),
    });
  }
  await page.context().close();
});

test('a click on a title sorts by value, says so, and keeps what was not measured at the end', async () => {
  const { page } = await open();
  const title = page.locator(`${TABLE} th[data-key="median_s"]`);
  const medians = (): Promise<(number | null)[]> =>
    page.$$eval(`${TABLE} tbody tr`, (rows) =>
      rows.map((row) => {
        const value = row.querySelectorAll('th, td')[3]?.querySelector('data')?.value;
        return value === undefined ? null : Number(value);
      }),
    );
  await page
    .locator('details', { has: page.locator(TABLE) })
    .locator('summary')
    .click();
  for (const [direction, sign] of [
    ['ascending', 1],
    ['descending', -1],
  ] as const) {
    await title.getByRole('button').click();
    expect(await title.getAttribute('aria-sort')).toBe(direction);
    const values = await medians();
    const measured = values.filter((value) => value !== null);
    expect(values).toEqual([...measured.toSorted((a, b) => (a - b) * sign), null]);
  }
  expect(await page.locator(`${TABLE} th[aria-sort]`).count()).toBe(1);
  await page.context().close();
});

test('a page 320 pixels wide does not scroll sideways, its tables do in their own box', async () => {
  const { page, trouble } = await open('light', 320);
  await page.$$eval('details', (all) => all.forEach((details) => (details.open = true)));
  const widths = await page.evaluate(() => ({
    page: document.documentElement.scrollWidth,
    canvas: Math.max(...[...document.querySelectorAll('canvas')].map((canvas) => canvas.getBoundingClientRect().right)),
  }));
  expect(widths.page).toBe(320);
  expect(widths.canvas).toBeLessThanOrEqual(320);
  const box = await page.$eval(TABLE, (table) => [table.scrollWidth, table.parentElement?.clientWidth ?? 0]);
  expect(box[0]).toBeGreaterThan(box[1] ?? 0);
  expect(trouble).toEqual([]);
  await page.context().close();
});

test('no table is wider than the printed page, so the browser shrinks nothing', async () => {
  const { page } = await open('light', 1016);
  await page.emulateMedia({ media: 'print' });
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(1016);
  await page.context().close();
});

test('printing is light, with every table open, and leaves the page as it was', async () => {
  const { page } = await open('dark');
  const openSummaries = () => page.locator('details[open] > summary').allInnerTexts();
  const before = await openSummaries();
  expect(before).toEqual([expect.stringMatching(/^Scores and their components: \d+ rows$/)]);
  await page.evaluate(() => {
    addEventListener('beforeprint', () => {
      const root = document.documentElement;
      root.dataset['printed'] = JSON.stringify({
        background: getComputedStyle(root).getPropertyValue('--background').trim(),
        closed: document.querySelectorAll('details:not([open])').length,
      });
    });
  });
  const pdf = await page.pdf({ preferCSSPageSize: true });
  expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
  // Landscape A4 in points.
  expect(/\/MediaBox \[0 0 84[12][\d.]* 59[456]/.test(pdf.toString('latin1'))).toBe(true);
  const printed = await page.evaluate(() => document.documentElement.dataset['printed'] ?? '{}');
  expect(JSON.parse(printed)).toEqual({ background: '#ffffff', closed: 0 });
  expect(await openSummaries()).toEqual(before);
  expect(await page.locator('html.print').count()).toBe(0);
  await page.context().close();
});

test('every figure of energy has the mark of its method in a colour of its own, and the two kinds differ in line and word', async () => {
  const { page } = await open();
  const marks = await page.$$eval('figure', (figures) =>
    figures.flatMap((figure) => {
      const mark = figure.querySelector('figcaption .mark');
      if (!mark) return [];
      const { borderTopColor, borderTopStyle } = getComputedStyle(mark);
      return [{ id: figure.id, text: mark.textContent.trim(), look: `${borderTopColor} ${borderTopStyle}` }];
    }),
  );
  expect(marks.length).toBeGreaterThan(15);
  const looks = new Map(marks.map(({ text, look }) => [text, look]));
  expect([...looks.keys()].toSorted()).toEqual(['≈ modelled', '● measured (RAPL)']);
  expect(new Set(looks.values()).size).toBe(2);
  for (const { id, text } of marks) expect(text.includes('modelled')).toBe(id.endsWith('-modelled-figure'));
  await page.context().close();
});

/** WCAG 2 contrast of two `#rrggbb` colours. */
function contrast(one = '', other = ''): number {
  const [high = 0, low = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
    const channel = Number.parseInt(hex.slice(start, start + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
