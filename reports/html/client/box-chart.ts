import { type ChartConfiguration, type Plugin } from 'chart.js';
import { drawPoint } from 'chart.js/helpers';
import type { BoxSpec } from '../chart-spec.ts';
import { decadeAxis, frameOptions, isNarrow, rowLabels, rowText } from './frame.ts';
import { colourOf, shapeOf, type Theme, translucent } from './theme.ts';

const POINT_RADIUS_PX = 3;
/** Half the height of the cloud of points; the box before it is thinner, so points stay visible around it. */
const CLOUD_PX = 13;
const BOX_PX = 12;

/** Horizontal boxes over a cloud of every value, on decades. */
export function boxChart(spec: BoxSpec, theme: Theme, widthPx: number): ChartConfiguration<'boxplot'> {
  const colours = spec.rows.map((row) => colourOf(theme, row.look));
  const options = frameOptions(spec, theme, widthPx, decadeAxis(spec, theme, spec.min, spec.max));
  return {
    type: 'boxplot',
    data: {
      labels: rowLabels(spec),
      datasets: [
        {
          // The plugin's type has no null, its parser does: a row without values keeps its place and shows
          // words instead.
          data: spec.boxes.map((box) => (box ? { ...box, items: [], outliers: [], mean: box.median } : [])),
          backgroundColor: 'transparent',
          borderColor: theme.text,
          borderWidth: 1.25,
          medianColor: theme.text,
          meanRadius: 0,
          outlierRadius: 0,
          itemRadius: 0,
          barThickness: BOX_PX,
        },
      ],
    },
    options: options as NonNullable<ChartConfiguration<'boxplot'>['options']>,
    plugins: [referenceLines(spec, theme), points(spec, colours, isNarrow(widthPx)), rowText(spec, theme) as Plugin<'boxplot'>],
  };
}

/**
 * Every value, spread over the height of its row by the golden ratio: even, and the same in every drawing.
 */
function points(spec: BoxSpec, colours: readonly string[], narrow: boolean): Plugin<'boxplot'> {
  return {
    id: 'points',
    beforeDatasetsDraw: ({ ctx, scales }) => {
      const { x: across, y: down } = scales;
      if (!across || !down) return;
      const radius = narrow ? POINT_RADIUS_PX - 1 : POINT_RADIUS_PX;
      ctx.save();
      for (const [row, box] of spec.boxes.entries()) {
        const colour = colours[row] ?? '';
        ctx.fillStyle = translucent(colour);
        ctx.strokeStyle = colour;
        ctx.lineWidth = 0.9;
        const pointStyle = shapeOf(spec.rows[row]?.look ?? 0);
        for (const [index, value] of (box?.items ?? []).entries()) {
          const spread = ((index + 1) * 0.618_033_988_75) % 1;
          const y = down.getPixelForValue(row) + (spread * 2 - 1) * CLOUD_PX;
          drawPoint(ctx, { pointStyle, radius, borderWidth: 0.9 }, across.getPixelForValue(value), y);
        }
      }
      ctx.restore();
    },
  };
}

/** Dashed, with its name beside it: a line without a definition would be read as a target. */
function referenceLines(spec: BoxSpec, theme: Theme): Plugin<'boxplot'> {
  return {
    id: 'reference-lines',
    beforeDatasetsDraw: ({ ctx, chartArea, scales }) => {
      ctx.save();
      ctx.strokeStyle = theme.quiet;
      ctx.fillStyle = theme.quiet;
      ctx.font = `11px ${theme.font}`;
      ctx.textBaseline = 'bottom';
      ctx.setLineDash([5, 4]);
      for (const { value, label } of spec.lines) {
        const x = scales['x']?.getPixelForValue(value) ?? 0;
        ctx.beginPath();
        ctx.moveTo(x, chartArea.top);
        ctx.lineTo(x, chartArea.bottom);
        ctx.stroke();
        const fits = x + 4 + ctx.measureText(label).width <= chartArea.right;
        ctx.textAlign = fits ? 'left' : 'right';
        ctx.fillText(label, x + (fits ? 4 : -4), chartArea.bottom - 2);
      }
      ctx.restore();
    },
  };
}
