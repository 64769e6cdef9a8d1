import type { ChartConfiguration, Plugin } from 'chart.js';
import type { DotSpec } from '../chart-spec.ts';
import { decades } from '../box.ts';
import { decadeAxis, frameOptions, linearAxis, rowLabels, rowText } from './frame.ts';
import { colourOf, shapeOf, type Theme } from './theme.ts';

/** One point per row and series; one series: coloured by technology, several: by series. */
export function dotChart(spec: DotSpec, theme: Theme, widthPx: number): ChartConfiguration<'line'> {
  const single = spec.series.length === 1;
  const values = spec.series.flatMap(({ points }) =>
    points.flatMap((dot) => (dot ? [dot.value, dot.low ?? dot.value, dot.high ?? dot.value] : [])),
  );
  const { min, max } = decades(values);
  const axis =
    spec.axis === 'logarithmic'
      ? decadeAxis(spec, theme, min, max)
      : linearAxis(
          spec,
          theme,
          values.reduce((a, b) => Math.max(a, b), 0),
          values.reduce((a, b) => Math.min(a, b), 0),
        );
  return {
    type: 'line',
    data: {
      labels: rowLabels(spec),
      datasets: spec.series.map((series, seriesIndex) => {
        const looks = spec.rows.map((row) => (single ? row.look : seriesIndex));
        return {
          label: series.name,
          data: series.points.map((dot) => dot?.value ?? null),
          showLine: false,
          pointRadius: 5,
          pointBorderWidth: 2,
          pointStyle: looks.map(shapeOf),
          pointBackgroundColor: looks.map((look) => (single ? colourOf(theme, look) : `${colourOf(theme, look)}66`)),
          pointBorderColor: looks.map((look) => colourOf(theme, look)),
          backgroundColor: colourOf(theme, seriesIndex),
          borderColor: colourOf(theme, seriesIndex),
          // A point at the end of the axis (0 B) is drawn whole.
          clip: 8,
        };
      }),
    },
    options: frameOptions(spec, theme, widthPx, axis) as NonNullable<ChartConfiguration<'line'>['options']>,
    plugins: [guides(spec, theme), rowText(spec, theme) as Plugin<'line'>],
  };
}

/** A hairline per row, so that a point far from its name is still its own, and the intervals. */
function guides(spec: DotSpec, theme: Theme): Plugin<'line'> {
  return {
    id: 'guides',
    beforeDatasetsDraw: ({ ctx, chartArea, scales }) => {
      const { x: across, y: down } = scales;
      if (!across || !down) return;
      ctx.save();
      for (const [index, row] of spec.rows.entries()) {
        const y = down.getPixelForValue(index);
        if (row.text.startsWith('not measured')) continue;
        ctx.strokeStyle = theme.grid;
        ctx.lineWidth = 1;
        segment(ctx, chartArea.left, chartArea.right, y);
        ctx.strokeStyle = theme.text;
        ctx.lineWidth = 2.5;
        for (const { points } of spec.series) {
          const dot = points[index];
          if (dot?.low === undefined || dot.high === undefined) continue;
          segment(ctx, across.getPixelForValue(dot.low), across.getPixelForValue(dot.high), y);
        }
      }
      ctx.restore();
    },
  };
}

function segment(context: CanvasRenderingContext2D, from: number, to: number, y: number): void {
  context.beginPath();
  context.moveTo(from, y);
  context.lineTo(to, y);
  context.stroke();
}
