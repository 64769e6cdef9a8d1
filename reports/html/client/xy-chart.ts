import type { Chart, ChartConfiguration, ChartDataset, Plugin, ScaleOptions } from 'chart.js';
import { decades } from '../box.ts';
import type { XyPlace, XySeries, XySpec } from '../chart-spec.ts';
import { decadeAxis, isNarrow } from './frame.ts';
import { colourOf, shapeOf, type Theme, translucent } from './theme.ts';

const PLOT_PX = { wide: 360, narrow: 300 };
const LEGEND_ROW_PX = 22;
/** Point, gap and average width of a character of the legend, for the room it needs. */
const LEGEND_PX = { around: 34, character: 6.6 };
/** Labels of the lower axis stay apart at this distance. */
const TICK_PX = 46;
/** Beyond so many instances the lower axis counts in tens. */
const DECIMAL_FROM = 4096;
const DASHES: readonly (readonly number[])[] = [[], [7, 4], [2, 3], [10, 3, 2, 3]];

/** Height in CSS pixels: the plot and as many rows of legend as its names need. */
export function xyHeightPx(spec: XySpec, widthPx: number): number {
  let rows = 1;
  let usedPx = 0;
  for (const { name } of spec.series) {
    const neededPx = LEGEND_PX.around + name.length * LEGEND_PX.character;
    if (usedPx > 0 && usedPx + neededPx > widthPx) {
      rows += 1;
      usedPx = 0;
    }
    usedPx += neededPx;
  }
  return (isNarrow(widthPx) ? PLOT_PX.narrow : PLOT_PX.wide) + rows * LEGEND_ROW_PX;
}

/** Points with their ranges over lines and bands; both axes logarithmic. */
export function xyChart(spec: XySpec, theme: Theme, widthPx: number): ChartConfiguration<'scatter'> {
  const places = spec.series.flatMap(placesOf).filter(({ y }) => y > 0);
  const { min, max } = decades(places.map(({ y }) => y));
  const narrow = isNarrow(widthPx);
  const title = (text: string): object => ({ display: true, text, color: theme.quiet, font: { size: 12 } });
  return {
    type: 'scatter',
    data: { datasets: spec.series.map((series) => dataset(spec, series, theme)) },
    options: {
      animation: false,
      responsive: false,
      maintainAspectRatio: false,
      layout: { padding: { right: 12, top: 8 } },
      scales: {
        x: { grid: { color: theme.grid }, title: title(spec.across.title), ...doublingAxis(spec, theme, places, widthPx) },
        y: { grid: { color: theme.grid }, ...decadeAxis(spec, theme, min, max), title: { ...title(spec.axisTitle), display: !narrow } },
      },
      plugins: {
        legend: { position: 'bottom', labels: { color: theme.text, usePointStyle: true, boxHeight: 9, boxWidth: 14 } },
        tooltip: { enabled: false },
      },
    },
    plugins: [lines(spec, theme)],
  };
}

function placesOf({ points, paths, band }: XySeries): XyPlace[] {
  const ranges = points.flatMap(({ x, low, high }) => [low, high].flatMap((y) => (y === undefined ? [] : [{ x, y }])));
  return [...points, ...ranges, ...paths.flat(), ...band.flatMap(({ x, low, high }) => [low, high].map((y) => ({ x, y })))];
}

function dataset(spec: XySpec, { name, look, variant, points }: XySeries, theme: Theme): ChartDataset<'scatter'> {
  const shown = points.filter(({ y }) => y > 0);
  const colour = colourOf(theme, look);
  const fill = [colour, theme.background, `${colour}66`][variant % 3] ?? colour;
  return {
    label: name,
    data: shown.map(({ x, y }) => ({ x: position(spec, x), y })),
    // The legend takes the first point's shape, so a series without an acceptable point is a cross there too.
    pointStyle: shown.length > 0 ? shown.map(({ refused }) => (refused === true ? 'crossRot' : shapeOf(look))) : shapeOf(look),
    pointRadius: shown.map(({ refused }) => (refused === true ? 7 : 4.5)),
    pointBorderWidth: 2,
    pointBorderColor: colour,
    pointBackgroundColor: fill,
    borderColor: colour,
    backgroundColor: fill,
    // A point at the edge is drawn whole.
    clip: 10,
  };
}

/** Where x stands on the axis. */
function position({ across }: XySpec, x: number): number {
  return across.fromZero ? x + 1 : x;
}

/** 0, 1, 2, 4, 8 … or, beyond some thousands, 0, 1, 10, 100 …; thinned to what fits. */
function doublingAxis(spec: XySpec, theme: Theme, places: readonly XyPlace[], widthPx: number): ScaleOptions<'logarithmic'> {
  const xs = places.map(({ x }) => x).filter((x) => x > 0);
  const least = xs.reduce((a, b) => Math.min(a, b), xs[0] ?? 1);
  const most = xs.reduce((a, b) => Math.max(a, b), xs[0] ?? 2);
  const base = most > DECIMAL_FROM ? 10 : 2;
  const power = (x: number): number => Math.log(x) / Math.log(base);
  const first = Math.floor(power(spec.across.fromZero ? 1 : least) + 1e-9);
  const last = Math.max(first + 1, Math.ceil(power(most) - 1e-9));
  const step = Math.max(1, Math.ceil(((last - first + 1) * TICK_PX) / Math.max(widthPx - 90, TICK_PX)));
  const steps = Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, index) => base ** (first + index * step));
  const labels = spec.across.fromZero ? [0, ...steps] : steps;
  return {
    type: 'logarithmic',
    min: position(spec, spec.across.fromZero ? 0 : base ** first),
    max: position(spec, base ** last),
    afterBuildTicks: (axis) => {
      axis.ticks = labels.map((x) => ({ value: position(spec, x) }));
    },
    ticks: {
      color: theme.quiet,
      autoSkip: false,
      maxRotation: 0,
      callback: (value) => shortNumber(Number(value) - position(spec, 0)) + spec.across.suffix,
    },
  };
}

/** `512`, `10k`, `1M`. */
function shortNumber(value: number): string {
  if (value >= 1e6) return `${Number((value / 1e6).toPrecision(3))}M`;
  if (value >= 1e4) return `${Number((value / 1e3).toPrecision(3))}k`;
  return String(Number(value.toPrecision(4)));
}

/** Bands first, then lines, then ranges: the points, drawn after, cover them all. */
function lines(spec: XySpec, theme: Theme): Plugin<'scatter'> {
  return {
    id: 'lines',
    beforeDatasetsDraw: (chart) => {
      const { ctx } = chart;
      const to = ({ x, y }: XyPlace): readonly [number, number] => pixelOf(chart as Chart, spec, x, y);
      ctx.save();
      for (const { look, band } of spec.series) {
        const shown = band.filter(({ low }) => low > 0);
        const outline = [...shown.map(({ x, high }) => ({ x, y: high })), ...shown.toReversed().map(({ x, low }) => ({ x, y: low }))];
        ctx.fillStyle = translucent(colourOf(theme, look));
        trace(ctx, outline.map(to));
        ctx.fill();
      }
      for (const { look, variant, paths, points } of spec.series) {
        ctx.strokeStyle = colourOf(theme, look);
        ctx.lineWidth = 1.75;
        ctx.setLineDash([...(DASHES[variant % DASHES.length] ?? [])]);
        for (const path of paths) {
          trace(ctx, path.filter(({ y }) => y > 0).map(to));
          ctx.stroke();
        }
        ctx.setLineDash([]);
        for (const { x, low, high } of points) {
          if (low === undefined || high === undefined || low <= 0) continue;
          trace(
            ctx,
            [low, high].map((y) => to({ x, y })),
          );
          ctx.stroke();
        }
      }
      ctx.restore();
    },
  };
}

function pixelOf({ scales }: Chart, spec: XySpec, x: number, y: number): readonly [number, number] {
  return [scales['x']?.getPixelForValue(position(spec, x)) ?? 0, scales['y']?.getPixelForValue(y) ?? 0];
}

function trace(context: CanvasRenderingContext2D, pixels: readonly (readonly [number, number])[]): void {
  context.beginPath();
  for (const [index, [x, y]] of pixels.entries()) {
    if (index === 0) context.moveTo(x, y);
    else context.lineTo(x, y);
  }
}
