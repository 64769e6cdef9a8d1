import type { Ramp } from '../../core/model/density.ts';
import type { Unit } from '../../core/model/vocabulary.ts';
import type { PlacedDensity } from '../fleets.ts';
import { quantity } from '../format.ts';
import type { View } from '../view.ts';
import { cellName } from '../words.ts';
import type { XyPoint, XySeries, XySpec } from './chart-spec.ts';
import { looksOf } from './fleet-table.ts';
import { slug } from './markup.ts';
import type { Figure } from './section.ts';
import { count, type DataTable, type Field, measured } from './table.ts';

type Level = Ramp['levels'][number];

interface Quantity {
  readonly key: string;
  readonly title: string;
  readonly axisTitle: string;
  readonly unit: Unit;
  readonly of: (level: Level) => number | undefined;
}

const QUANTITIES: readonly Quantity[] = [
  {
    key: 'p95',
    title: '95th percentile of requests',
    axisTitle: '95th percentile, logarithmic',
    unit: 's',
    of: ({ probeP95S }) => probeP95S,
  },
  {
    key: 'memory',
    title: 'Memory of the fleet',
    axisTitle: 'unreclaimable memory, logarithmic',
    unit: 'B',
    of: ({ memoryBytes }) => memoryBytes,
  },
];

/** How the ramps of one scenario and workload went: answer times and memory against N, every level of every ramp. */
export function rampFigures(view: View, panel: readonly PlacedDensity[], scope: string): Figure[] {
  return QUANTITIES.flatMap((which) => figure(view, panel, which, `ramp-${which.key}-${slug(scope)}`));
}

function figure(view: View, panel: readonly PlacedDensity[], which: Quantity, id: string): Figure[] {
  const series = panel.map(({ density: { ramps }, cell }): XySeries => {
    const perRamp = ramps.map((ramp) => pointsOf(ramp, which));
    const path = (points: readonly XyPoint[]): readonly XyPoint[] => points.filter(({ refused }) => refused !== true);
    return {
      name: cellName(cell),
      ...looksOf(view, cell),
      points: perRamp.flat(),
      paths: perRamp.map((points) => path(points).map(({ x, y }) => ({ x, y }))),
      band: [],
    };
  });
  if (series.every(({ points }) => points.length === 0)) return [];
  const heading = `${which.title} against N, workload ${panel[0]?.cell.workload ?? ''}`;
  const chart: XySpec = {
    kind: 'xy',
    id,
    unit: which.unit,
    axisTitle: which.axisTitle,
    across: { title: 'instances alive at the same time (N)', suffix: '', fromZero: false },
    series,
  };
  const ends = series.flatMap(({ name, points }) => {
    const last = points.findLast(({ refused }) => refused !== true);
    return last ? [`${name} ${quantity(last.y, which.unit)} at ${last.x}`] : [];
  });
  return [
    {
      heading,
      chart,
      label: `${heading}, points on logarithmic axes. Largest acceptable level: ${ends.join('; ')}.`,
      caption:
        'Point = one level of one ramp that was acceptable, cross = one that was not (the table says why), line = one ramp. Both axes are ' +
        'logarithmic. Dash and fill tell the variants of a runner apart.',
      table: levelTable(panel, `${id}-table`, `${heading}: every level of every ramp`),
    },
  ];
}

/** In the order of N: a ramp doubles first and then bisects. */
function pointsOf({ levels }: Ramp, { of }: Quantity): XyPoint[] {
  const known = levels.flatMap((level) => {
    const y = of(level);
    return y === undefined || level.instances === 0 ? [] : [{ x: level.instances, y, ...(level.ok ? {} : { refused: true as const }) }];
  });
  return known.toSorted((a, b) => a.x - b.x);
}

function levelTable(panel: readonly PlacedDensity[], id: string, caption: string): DataTable {
  return {
    id,
    caption,
    columns: [
      { key: 'technology', title: 'Technology' },
      { key: 'round', title: 'Round', numeric: true },
      { key: 'at_s', title: 'After', numeric: true },
      { key: 'instances', title: 'N', numeric: true },
      { key: 'ok', title: 'Acceptable' },
      { key: 'p95_s', title: '95 %', numeric: true },
      { key: 'requests', title: 'Requests', numeric: true },
      { key: 'memory_b', title: 'Memory', numeric: true },
      { key: 'host_available_b', title: 'Host has left', numeric: true },
      { key: 'daemon_cpus', title: 'Daemon CPUs', numeric: true },
    ],
    rows: panel.flatMap(({ density, cell }) =>
      density.ramps.flatMap(({ round, levels }) => levels.map((level) => levelFields(cellName(cell), round, level))),
    ),
  };
}

function levelFields(technology: string, round: number, level: Level): Field[] {
  const none = 'not read at this level';
  return [
    { text: technology },
    count(round),
    measured(level.atS, 's', none),
    count(level.instances),
    { text: level.ok ? 'yes' : `no: ${level.because ?? 'no reason recorded'}` },
    measured(level.probeP95S, 's', none),
    level.probeCount === undefined ? { missing: none } : count(level.probeCount),
    measured(level.memoryBytes, 'B', none),
    measured(level.hostAvailableBytes, 'B', none),
    measured(level.daemonCpus, '1', none),
  ];
}
