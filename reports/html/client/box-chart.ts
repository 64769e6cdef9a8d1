import type { ChartConfiguration, Plugin } from 'chart.js';
import type { BoxSpec } from '../chart-spec.ts';
import { decadeAxis, frameOptions, isNarrow, rowLabels, rowText } from './frame.ts';
import { colourOf, shapeOf, type Theme, translucent } from './theme.ts';

/** Horizontal boxes with every value as a point, on decades. */
export function boxChart(spec: BoxSpec, theme: Theme, widthPx: number): ChartConfiguration<'boxplot'> {
  const colours = spec.rows.map((row) => colourOf(theme, row.look));
  const narrow = isNarrow(widthPx);
  const options = frameOptions(spec, theme, widthPx, decadeAxis(spec, theme, spec.min, spec.max));
  return {
    type: 'boxplot',
    data: {
      labels: rowLabels(spec),
      datasets: [
        {
          // The plugin's type has no null, its parser does: a row without values keeps its place and shows words instead.
          data: spec.boxes.map((box) => (box ? { ...box, items: [...box.items], outliers: [], mean: box.median } : [])),
          backgroundColor: colours.map(translucent),
          borderColor: colours,
          borderWidth: 1.5,
          medianColor: theme.text,
          meanRadius: 0,
          outlierRadius: 0,
          itemRadius: 2.2,
          itemStyle: spec.rows.map((row) => shapeOf(row.look) as 'circle'),
          itemBackgroundColor: colours.map((colour) => `${colour}99`),
          itemBorderColor: colours,
          itemBorderWidth: 0.75,
          barThickness: narrow ? 18 : 22,
        },
      ],
    },
    options: options as NonNullable<ChartConfiguration<'boxplot'>['options']>,
    plugins: [rowText(spec, theme) as Plugin<'boxplot'>, referenceLines(spec, theme)],
  };
}

/** Dashed, with its name at the top: a line without a definition would be read as a target. */
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
