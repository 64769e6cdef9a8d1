import { BoxAndWiskers, BoxPlotController } from '@sgratzl/chartjs-chart-boxplot';
import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  type ChartConfiguration,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  ScatterController,
} from 'chart.js';
import type { ChartData, ChartSpec } from '../chart-spec.ts';
import { boxChart } from './box-chart.ts';
import { addDownload } from './csv.ts';
import { dotChart } from './dot-chart.ts';
import { heightPx } from './frame.ts';
import { makeSortable } from './sort.ts';
import { stackChart } from './stack-chart.ts';
import { readTheme, type Theme } from './theme.ts';
import { xyChart, xyHeightPx } from './xy-chart.ts';

Chart.register(
  BarController,
  BarElement,
  BoxAndWiskers,
  BoxPlotController,
  CategoryScale,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  ScatterController,
);

/** Text width of a landscape A4 page with the margins of print.css, in CSS pixels: the widest tables need it. */
const PRINT_WIDTH_PX = 1010;

const charts = new Map<string, Chart>();

/** New options for every drawing: chart.js writes its scales back into the object it is given. */
function configOf(spec: ChartSpec, theme: Theme, widthPx: number): ChartConfiguration {
  if (spec.kind === 'box') return boxChart(spec, theme, widthPx) as ChartConfiguration;
  if (spec.kind === 'stack') return stackChart(spec, theme, widthPx) as ChartConfiguration;
  if (spec.kind === 'xy') return xyChart(spec, theme, widthPx) as ChartConfiguration;
  return dotChart(spec, theme, widthPx) as ChartConfiguration;
}

function draw(spec: ChartSpec, theme: Theme, fixedWidthPx?: number): void {
  const canvas = document.querySelector<HTMLCanvasElement>(`#${spec.id}`);
  const box = canvas?.parentElement;
  if (!canvas || !box) return;
  charts.get(spec.id)?.destroy();
  const widthPx = fixedWidthPx ?? box.clientWidth;
  const high = spec.kind === 'xy' ? xyHeightPx(spec, widthPx) : heightPx(spec, widthPx);
  box.style.height = `${high}px`;
  canvas.width = widthPx;
  canvas.height = high;
  charts.set(spec.id, new Chart(canvas, configOf(spec, theme, widthPx)));
}

function start(): void {
  const { charts: specs, runId } = JSON.parse(document.querySelector('#chart-data')?.textContent ?? '') as ChartData;
  const root = document.documentElement;
  const drawAll = (widthPx?: number): void => {
    const theme = readTheme();
    Chart.defaults.font.family = theme.font;
    for (const spec of specs) draw(spec, theme, widthPx);
  };
  // Printed at the foot of every page by report.css.
  root.style.setProperty('--run-label', JSON.stringify(`thirdwave run ${runId}`));
  for (const table of document.querySelectorAll('table')) {
    addDownload(table, runId);
    makeSortable(table);
  }
  drawAll();

  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => drawAll());
  let widthPx = root.clientWidth;
  addEventListener('resize', () => {
    if (root.clientWidth === widthPx || root.classList.contains('print')) return;
    widthPx = root.clientWidth;
    drawAll();
  });

  let opened: HTMLDetailsElement[] = [];
  addEventListener('beforeprint', () => {
    root.classList.add('print');
    opened = [...document.querySelectorAll<HTMLDetailsElement>('details:not([open])')];
    for (const details of opened) details.open = true;
    drawAll(PRINT_WIDTH_PX);
  });
  addEventListener('afterprint', () => {
    root.classList.remove('print');
    for (const details of opened) details.open = false;
    drawAll();
  });
}

start();
