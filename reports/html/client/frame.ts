import type { Chart, ChartOptions, Plugin, ScaleOptions } from 'chart.js';
import { scaleFor, quantity } from '../../format.ts';
import { wrap } from '../../text-layout.ts';
import type { ChartSpec, RowSpec } from '../chart-spec.ts';
import type { Theme } from './theme.ts';

/** Below this width row names stand above their row instead of beside it. */
const NARROW_PX = 560;
const ROW_PX = { wide: 36, wrapped: 52, narrow: 72 };
const AROUND_PX = 64;
/** Same room for the names in every chart, so that charts with one axis line up. */
const NAMES_PX = 206;
/** so many characters at 12 px fit into it */
const NAME_CHARACTERS = 31;
/** Average width of a bold digit or letter at 12 px, for the room the direct labels need. */
const CHARACTER_PX = 7.5;

export function isNarrow(widthPx: number): boolean {
  return widthPx < NARROW_PX;
}

/** Height of a chart of that many rows, in CSS pixels. */
export function heightPx(spec: RowSpec, widthPx: number): number {
  const wide = rowLabels(spec).some((lines) => lines.length > 2) ? ROW_PX.wrapped : ROW_PX.wide;
  const rowPx = isNarrow(widthPx) ? ROW_PX.narrow : wide;
  const legendPx = spec.kind === 'box' ? 0 : 22 * Math.ceil((spec.series.length * 170) / widthPx);
  return spec.rows.length * rowPx + AROUND_PX + legendPx;
}

type ValueScale = ScaleOptions<'linear'> | ScaleOptions<'logarithmic'>;

/**
 * Row names at the left (wide) or above each row (narrow); the value axis below; room for direct labels at
 * the right.
 */
export function frameOptions(spec: RowSpec, theme: Theme, widthPx: number, value: ValueScale): ChartOptions {
  const narrow = isNarrow(widthPx);
  return {
    indexAxis: 'y',
    animation: false,
    responsive: false,
    maintainAspectRatio: false,
    layout: { padding: { right: labelsPx(spec, widthPx), top: narrow ? 8 : 0 } },
    scales: {
      y: {
        type: 'category',
        offset: true,
        afterFit: (axis) => {
          if (!narrow) axis.width = NAMES_PX;
        },
        grid: { display: false },
        ticks: { color: theme.text, font: { size: 12 }, autoSkip: false, display: !narrow },
      },
      x: {
        grid: { color: theme.grid },
        title: { display: !narrow, text: spec.axisTitle, color: theme.quiet, font: { size: 12 } },
        ...value,
      },
    },
    plugins: {
      legend: {
        display: spec.kind !== 'box' && spec.series.length > 1,
        position: 'bottom',
        labels: { color: theme.text, usePointStyle: true, boxHeight: 9, boxWidth: 14 },
      },
      tooltip: { enabled: false },
    },
  };
}

/** Decades only, each in the unit that fits it: chart.js' own logarithmic ticks collide. */
export function decadeAxis(spec: ChartSpec, theme: Theme, min: number, max: number): ValueScale {
  return {
    type: 'logarithmic',
    min,
    max,
    afterBuildTicks: (axis) => {
      const first = Math.ceil(Math.log10(axis.min) - 1e-9);
      const last = Math.floor(Math.log10(axis.max) + 1e-9);
      axis.ticks = Array.from({ length: last - first + 1 }, (_, index) => ({ value: 10 ** (first + index) }));
    },
    ticks: {
      color: theme.quiet,
      autoSkip: false,
      maxRotation: 0,
      callback: (value) => plainQuantity(Number(value), spec.unit),
    },
  };
}

/**
 * With 0 on it, so that lengths and distances are true; `reach`, `least`: the largest and smallest value that must fit, intervals included.
 * Differences may lie below 0.
 */
export function linearAxis(spec: ChartSpec, theme: Theme, reach: number, least = 0): ValueScale {
  return {
    type: 'linear',
    ...(least < 0 ? { suggestedMin: least } : { min: 0 }),
    suggestedMax: reach,
    ticks: {
      color: theme.quiet,
      maxTicksLimit: 6,
      maxRotation: 0,
      callback: (value) => plainQuantity(Number(value), spec.unit),
    },
  };
}

/** `100 µs` where `quantity` would write trailing zeros as digits that were measured. */
function plainQuantity(value: number, unit: ChartSpec['unit']): string {
  const scale = scaleFor(value, unit);
  const number = Number((value / scale.divisor).toPrecision(3));
  return number === 0 ? quantity(0, unit) : `${number} ${scale.symbol}`;
}

/** Row label: name, broken where it does not fit, over rung and n. */
export function rowLabels(spec: RowSpec): string[][] {
  return spec.rows.map((row) => [...wrap(row.name, NAME_CHARACTERS), row.detail]);
}

/**
 * Direct labels: the value at the right of each row, or the words why there is none inside it; on narrow
 * pages the names too.
 */
export function rowText(spec: RowSpec, theme: Theme): Plugin {
  return {
    id: 'row-text',
    afterDatasetsDraw: (chart) => {
      const { ctx, chartArea } = chart;
      const narrow = isNarrow(chart.width);
      ctx.save();
      ctx.textBaseline = 'middle';
      for (const [index, row] of spec.rows.entries()) {
        const y = rowCentre(chart, index);
        ctx.fillStyle = theme.text;
        if (narrow) {
          label(ctx, theme, `600 12px ${theme.font}`, row.name, y - 31);
          label(ctx, theme, `11px ${theme.font}`, row.detail, y - 17);
        }
        if (row.text.startsWith('not measured')) {
          ctx.font = `italic 12px ${theme.font}`;
          ctx.fillText(fitted(ctx, row.text, chart.width - chartArea.left - 8), chartArea.left + 6, y);
        } else {
          ctx.font = `600 12px ${theme.font}`;
          ctx.fillText(fitted(ctx, row.text, chart.width - chartArea.right - 8), chartArea.right + 8, y);
        }
      }
      ctx.restore();
    },
  };
}

/** Text on the background of the page: grid lines do not run through it. */
function label(context: CanvasRenderingContext2D, theme: Theme, font: string, text: string, y: number): void {
  context.font = font;
  const shown = fitted(context, text, context.canvas.clientWidth - 4);
  context.fillStyle = theme.background;
  context.fillRect(0, y - 7, context.measureText(shown).width + 4, 14);
  context.fillStyle = theme.text;
  context.fillText(shown, 0, y);
}

/** Room for the longest value; words about a missing one stand inside the chart. */
function labelsPx(spec: RowSpec, widthPx: number): number {
  const longest = spec.rows.filter((row) => !row.text.startsWith('not measured')).reduce((most, row) => Math.max(most, row.text.length), 0);
  return Math.min(longest * CHARACTER_PX + 12, widthPx / 3);
}

function rowCentre(chart: Chart, index: number): number {
  return chart.scales['y']?.getPixelForValue(index) ?? 0;
}

function fitted(context: CanvasRenderingContext2D, text: string, widthPx: number): string {
  if (context.measureText(text).width <= widthPx) return text;
  let end = text.length;
  while (end > 1 && context.measureText(`${text.slice(0, end)}…`).width > widthPx) end -= 1;
  return `${text.slice(0, end)}…`;
}
