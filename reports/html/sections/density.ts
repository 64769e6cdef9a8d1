import { densityPanels, evidenceOf, limitText, notVerified, type PlacedDensity, predictedText, verifiedText } from '../../fleets.ts';
import { significant } from '../../format.ts';
import type { View } from '../../view.ts';
import { cellName, sentence } from '../../words.ts';
import type { Dot, DotSpec } from '../chart-spec.ts';
import { html, type Markup, slug } from '../markup.ts';
import { rampFigures } from '../ramp-figures.ts';
import { lookOf } from '../rows.ts';
import { type Figure, figureMarkup, type Section } from '../section.ts';
import { count, type DataTable, type Field, measured, tableMarkup } from '../table.ts';

type Panel = readonly PlacedDensity[];

/** How many fit: predicted from the line, then verified by filling the machine, and what gave way. */
export function density(view: View): Section | undefined {
  const panels = densityPanels(view);
  if (panels.length === 0) return undefined;
  const built = panels.map((panel) => ({ panel, overview: overview(view, panel), ramps: rampFigures(view, panel, scopeOf(panel)) }));
  const body = html`<p>
      The prediction divides the memory that is left by what one more instance costs; the ramp then starts instances, doubling and
      bisecting, until a start fails, the 95th percentile of requests exceeds twice its value at N = 1, or memory presses. The largest fleet
      that was still acceptable is the verified density, and the limit that ended the ramp is named with its evidence.
    </p>
    ${built.map(({ panel, overview, ramps }) => panelMarkup(panel, overview, ramps))}`;
  const charts = built.flatMap(({ overview, ramps }) => [overview, ...ramps].map((figure) => figure.chart));
  return { id: 'density', title: 'Density', body, charts };
}

function scopeOf(panel: Panel): string {
  return panel[0] ? `${panel[0].cell.scenario}-${panel[0].cell.workload}` : '';
}

function panelMarkup(panel: Panel, figure: Figure, ramps: readonly Figure[]): Markup {
  const { id } = figure.chart;
  return html`${figureMarkup(figure)} ${tableMarkup(verdictTable(panel, `${id}-limits`, figure.heading))} ${ramps.map(figureMarkup)}
    <details>
      <summary>How near the other limits were</summary>
      ${tableMarkup(headroomTable(panel, `${id}-headroom`))}
    </details>`;
}

function overview(view: View, panel: Panel): Figure {
  const [first] = panel;
  const id = `density-${slug(scopeOf(panel))}`;
  const caps = [...new Set(panel.map(({ density }) => density.memoryCapBytes))];
  const within = caps.length === 1 && caps[0] !== undefined ? ` within ${binaryText(caps[0])}` : '';
  const heading = `Instances that fit${within}, workload ${first?.cell.workload ?? ''}`;
  const chart: DotSpec = {
    kind: 'dots',
    axis: 'logarithmic',
    id,
    unit: '1',
    axisTitle: 'instances, logarithmic',
    rows: panel.map(({ density, cell }) => ({
      name: cellName(cell),
      detail: `${cell.rung} · n = ${density.verified.length} of ${density.ramps.length}`,
      text: String(density.median ?? notVerified(density)),
      look: lookOf(view, cell.runner),
    })),
    series: [
      { name: 'predicted', points: panel.map(predictedDot) },
      { name: 'verified', points: panel.map(verifiedDot) },
    ],
  };
  const parts = panel.map(
    ({ density, cell }) =>
      `${cellName(cell)} ${verifiedText(density)} instances${density.predicted ? `, predicted ${predictedText(density)}` : ''}`,
  );
  return {
    heading,
    chart,
    label: `${heading}, points on a logarithmic axis. ${parts.join('; ')}.`,
    caption:
      'Circle = prediction, bar = with both ends of the interval of s. Square = median of the ramps that ended by themselves (n of all), bar = ' +
      'smallest to largest ramp. Number at the right = verified median.',
    table: densityTable(panel, `${id}-table`, heading),
  };
}

/** Caps are given in binary units. */
function binaryText(bytes: number): string {
  const [unit, size] = bytes < 1024 ** 3 ? (['MiB', 1024 ** 2] as const) : (['GiB', 1024 ** 3] as const);
  return `${significant(bytes / size).replace(/\.0+$/, '')} ${unit}`;
}

function predictedDot({ density: { predicted } }: PlacedDensity): Dot | null {
  if (!predicted || predicted.estimate <= 0) return null;
  const { estimate, low, high } = predicted;
  return low === undefined || high === undefined ? { value: estimate } : { value: estimate, low: Math.max(low, 1), high };
}

function verifiedDot({ density: { median, verified } }: PlacedDensity): Dot | null {
  if (median === undefined || median <= 0) return null;
  return { value: median, low: verified.reduce((a, b) => Math.min(a, b), median), high: verified.reduce((a, b) => Math.max(a, b), median) };
}

function densityTable(panel: Panel, id: string, heading: string): DataTable {
  return {
    id,
    caption: `${heading}: predicted beside verified`,
    columns: [
      { key: 'technology', title: 'Technology' },
      { key: 'rung', title: 'Rung' },
      { key: 'memory_cap_b', title: 'Memory cap', numeric: true },
      { key: 'predicted', title: 'Predicted', numeric: true },
      { key: 'predicted_low', title: 'low', numeric: true },
      { key: 'predicted_high', title: 'high', numeric: true },
      { key: 'predicted_from', title: 'from', prose: true },
      { key: 'verified_median', title: 'Verified, median', numeric: true },
      { key: 'verified', title: 'Each ramp' },
      { key: 'verified_over_predicted', title: 'Verified ÷ predicted', numeric: true },
      { key: 'instances_per_gib', title: 'Per GiB', numeric: true },
    ],
    rows: panel.map(({ density, cell }) => densityFields(density, cell)),
  };
}

function densityFields(density: PlacedDensity['density'], cell: PlacedDensity['cell']): Field[] {
  const { memoryCapBytes, predicted, note, verified, median, instancesPerGib } = density;
  const none = predictedText(density);
  const whole = (value: number | undefined, missing: string): Field => (value === undefined ? { missing } : count(Math.round(value)));
  const share = predicted && median !== undefined && predicted.estimate > 0 ? median / predicted.estimate : undefined;
  return [
    { text: cellName(cell) },
    { text: cell.rung },
    memoryCapBytes === undefined
      ? { missing: 'none: down to the host’s floor' }
      : { value: memoryCapBytes, text: binaryText(memoryCapBytes) },
    whole(predicted?.estimate, none),
    whole(predicted?.low, none),
    whole(predicted?.high, none),
    predicted ? { text: predicted.from } : { missing: note ?? none },
    median === undefined ? { missing: notVerified(density) } : count(median),
    verified.length === 0 ? { missing: notVerified(density) } : { text: verified.join(', ') },
    share === undefined ? { missing: 'needs both' } : { value: share, text: significant(share) },
    measured(instancesPerGib, '1', median === undefined ? 'not measured' : 'its memory was not read'),
  ];
}

/** Open on the page: a density without its limit says nothing about another host. */
function verdictTable(panel: Panel, id: string, heading: string): DataTable {
  return {
    id,
    caption: `${heading}: predicted [with both ends of the interval of s], verified (each ramp), and what ended the ramps`,
    columns: [
      { key: 'technology', title: 'Technology' },
      { key: 'predicted', title: 'Predicted', numeric: true },
      { key: 'verified', title: 'Verified', numeric: true },
      { key: 'instances_per_gib', title: 'Per GiB', numeric: true },
      { key: 'limit', title: 'Limit' },
      { key: 'evidence', title: 'Evidence of its first ramp', prose: true },
    ],
    rows: panel.map(({ density, cell }): Field[] => {
      const { predicted, median, instancesPerGib } = density;
      const text = evidenceOf(density);
      return [
        { text: cellName(cell) },
        predicted ? { value: predicted.estimate, text: predictedText(density) } : { missing: predictedText(density) },
        median === undefined ? { missing: notVerified(density) } : { value: median, text: verifiedText(density) },
        measured(instancesPerGib, '1', median === undefined ? 'not measured' : 'its memory was not read'),
        { text: limitText(density) || 'none' },
        text === undefined ? { missing: 'none: no ramp ended by itself' } : { text: sentence(text) },
      ];
    }),
  };
}

/** Per limit, from the ramp that came nearest to it. */
function headroomTable(panel: Panel, id: string): DataTable {
  return {
    id,
    caption: 'Limits of host, engine and process when the ramps ended, each from the ramp that came nearest; memory in bytes',
    columns: [
      { key: 'technology', title: 'Technology' },
      { key: 'limit', title: 'Limit' },
      { key: 'used', title: 'Used', numeric: true },
      { key: 'max', title: 'Most', numeric: true },
      { key: 'share', title: 'Share', numeric: true },
      { key: 'binding', title: 'Ended a ramp' },
      { key: 'origin', title: 'Read from' },
    ],
    rows: panel.flatMap(({ density, cell }) => {
      const names = [...new Set(density.ramps.flatMap(({ headroom }) => headroom.map(({ limit }) => limit)))];
      return names.flatMap((name) => headroomFields(density, cellName(cell), name));
    }),
  };
}

function headroomFields({ ramps }: PlacedDensity['density'], technology: string, name: string): Field[][] {
  const all = ramps.flatMap(({ headroom }) => headroom.filter(({ limit }) => limit === name));
  const [nearest] = all.toSorted((a, b) => b.used / (b.max ?? Infinity) - a.used / (a.max ?? Infinity));
  if (!nearest) return [];
  const { used, max, origin } = nearest;
  const ended = ramps.filter(({ limit }) => limit?.limit === name).length;
  const share = max === undefined || max === 0 ? undefined : used / max;
  const unbounded: Field = { missing: 'no limit' };
  return [
    [
      { text: technology },
      { text: name },
      { value: used, text: used.toLocaleString('en-US') },
      max === undefined ? unbounded : { value: max, text: max.toLocaleString('en-US') },
      share === undefined ? unbounded : { value: share, text: shareText(share) },
      { text: ended === 0 ? 'no' : `yes (${ended} of ${ramps.length})` },
      { text: origin },
    ],
  ];
}

function shareText(share: number): string {
  return share < 0.001 ? '< 0.1 %' : `${(share * 100).toFixed(1)} %`;
}
