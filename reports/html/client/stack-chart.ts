import type { ChartConfiguration, ChartDataset, Plugin } from 'chart.js';
import type { StackSpec } from '../chart-spec.ts';
import { frameOptions, isNarrow, linearAxis, rowLabels, rowText } from './frame.ts';
import { colourOf, striped, textOn, type Theme } from './theme.ts';

type Mixed = ChartConfiguration<'bar' | 'scatter'>;

/** Stacked lengths from 0, and one rimmed point per row. Segments are numbered, unless the line of a range would run over the digits. */
export function stackChart(spec: StackSpec, theme: Theme, widthPx: number): Mixed {
  const colours = spec.series.map((_, index) => colourOf(theme, index));
  const segments = spec.series.map((series, index): ChartDataset<'bar'> => {
    const colour = colours[index] ?? theme.text;
    return {
      type: 'bar',
      order: 2,
      label: spec.ranges ? series.name : `${index + 1} ${series.name}`,
      data: [...series.values],
      backgroundColor: index < theme.palette.length ? colour : striped(colour, theme.background),
      borderColor: theme.background,
      borderWidth: { right: 1 },
      barThickness: isNarrow(widthPx) ? 18 : 24,
      stack: 'phases',
      pointStyle: 'rect',
    };
  });
  const marks: ChartDataset<'scatter'> = {
    type: 'scatter',
    order: 1,
    label: spec.markName,
    data: spec.marks.map((x, y) => ({ x: x ?? Number.NaN, y })),
    pointStyle: 'rectRot',
    pointRadius: 6,
    pointBorderWidth: 2,
    pointBorderColor: theme.text,
    pointBackgroundColor: theme.background,
    borderColor: theme.text,
    backgroundColor: theme.background,
  };
  const reach = (spec.ranges ?? []).reduce((most, range) => Math.max(most, range?.high ?? 0), 0);
  const options = frameOptions(spec, theme, widthPx, { ...linearAxis(spec, theme, reach), stacked: true });
  if (options.scales?.['y']) options.scales['y'] = { ...options.scales['y'], stacked: true };
  return {
    type: 'bar',
    data: { labels: rowLabels(spec), datasets: [...segments, marks] },
    options: options as NonNullable<Mixed['options']>,
    plugins: [rowText(spec, theme) as Plugin<'bar'>, spec.ranges ? ranges(spec, theme) : segmentNumbers(spec, theme, colours)],
  };
}

/** Between bars and marks: the mark, drawn by chart.js after its own bars, stays whole. */
function ranges(spec: StackSpec, theme: Theme): Plugin<'bar'> {
  return {
    id: 'ranges',
    beforeDatasetDraw: ({ ctx, scales }, { index }) => {
      const { x: across, y: down } = scales;
      if (!across || !down || index !== spec.series.length) return;
      ctx.save();
      ctx.strokeStyle = theme.text;
      ctx.lineWidth = 2;
      for (const [row, range] of (spec.ranges ?? []).entries()) {
        if (range?.low === undefined || range.high === undefined) continue;
        const y = down.getPixelForValue(row);
        ctx.beginPath();
        ctx.moveTo(across.getPixelForValue(range.low), y);
        ctx.lineTo(across.getPixelForValue(range.high), y);
        ctx.stroke();
      }
      ctx.restore();
    },
  };
}

/** The legend's number inside each segment wide enough for it. */
function segmentNumbers(spec: StackSpec, theme: Theme, colours: readonly string[]): Plugin<'bar'> {
  return {
    id: 'segment-numbers',
    afterDatasetsDraw: (chart) => {
      const { ctx } = chart;
      ctx.save();
      ctx.font = `11px ${theme.font}`;
      ctx.textAlign = 'center';
      ctx.textBaseline = 'middle';
      for (const index of spec.series.keys()) {
        for (const element of chart.getDatasetMeta(index).data) {
          const { x, y, base } = element.getProps(['x', 'y', 'base']) as unknown as {
            x: number;
            y: number;
            base: number;
          };
          if (!(x - base > 16)) continue;
          const colour = colours[index] ?? theme.text;
          const centre = (x + base) / 2;
          if (index >= theme.palette.length) {
            ctx.fillStyle = colour;
            ctx.fillRect(centre - 7, y - 7, 14, 14);
          }
          ctx.fillStyle = textOn(colour);
          ctx.fillText(String(index + 1), centre, y);
        }
      }
      ctx.restore();
    },
  };
}
