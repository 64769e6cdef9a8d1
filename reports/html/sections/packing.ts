import type { MemoryFit } from '../../../core/model/density.ts';
import { type FitPanel, fleetTitle, headlineFits, rungOf } from '../../fleets.ts';
import { significant } from '../../format.ts';
import type { View } from '../../view.ts';
import type { XyPlace, XySpec } from '../chart-spec.ts';
import { looksOf } from '../fleet-table.ts';
import { html } from '../markup.ts';
import { type Figure, figures, type Section } from '../section.ts';
import { count, type DataTable, type Field, measured } from '../table.ts';
import { panelId, panelTitle } from './memory-slope.ts';

const GIB = 1024 ** 3;
const SECONDS_PER_HOUR = 3600;
const STEPS = 48;
/** Sizes of host that the table answers for, GiB. */
const TABLE_GIB: readonly number[] = [1, 4, 16, 64];
/** The curve begins where F of most technologies is a large share. */
const SMALLEST_GIB = 0.125;

/** How F is divided among more and more instances: from F and s alone, up to hosts larger than this one. */
export function packing(view: View): Section | undefined {
  const panels = headlineFits(view, 'hold')
    .map((panel, _, all) => ({ ...panel, title: panelTitle(panel, all), fits: panel.fits.filter(fits) }))
    .filter((panel) => panel.fits.length > 0);
  if (panels.length === 0) return undefined;
  const intro = html`<p>
    N(M) = (M − F) ÷ s instances fit into M of memory if nothing else ends first: a projection from the lines above, which the density ramps
    test at one size. A large F costs little on a large host, a large s costs the same share of every host. An idle instance is not free
    either: the table says what it takes of a CPU while it waits.
  </p>`;
  return figures(
    'packing',
    'Packing a host',
    intro,
    panels.map((panel) => figure(view, panel)),
  );
}

/** A line that counts and rises. */
function fits({ slope, intercept, invalid }: MemoryFit): boolean {
  return slope !== undefined && slope.estimate > 0 && intercept !== undefined && invalid === undefined;
}

/** Instances per GiB when they and what they share get that much; parts of instances count, so that the curve is one. */
function perGib({ slope, intercept }: MemoryFit, gib: number): number {
  return (gib * GIB - (intercept?.estimate ?? 0)) / (slope?.estimate ?? Number.POSITIVE_INFINITY) / gib;
}

function figure(view: View, panel: FitPanel & { readonly title: string }): Figure {
  const id = panelId('packing', panel);
  const heading = `Instances per GiB, ${panel.title}`;
  const most = TABLE_GIB.at(-1) ?? 64;
  const sizes = Array.from({ length: STEPS + 1 }, (_, index) => SMALLEST_GIB * (most / SMALLEST_GIB) ** (index / STEPS));
  const chart: XySpec = {
    kind: 'xy',
    id,
    unit: '1',
    axisTitle: 'instances per GiB, logarithmic',
    across: { title: 'memory for the instances and what they share', suffix: ' GiB', fromZero: false },
    series: panel.fits.map((fit) => ({
      name: fleetTitle(view, fit),
      ...looksOf(view, fit),
      points: TABLE_GIB.map((gib) => ({ x: gib, y: perGib(fit, gib) })),
      paths: [sizes.map((gib): XyPlace => ({ x: gib, y: perGib(fit, gib) })).filter(({ y }) => y > 0)],
      band: [],
    })),
  };
  const parts = panel.fits.map((fit) => `${fleetTitle(view, fit)} ${significant(perGib(fit, most))} instances per GiB`);
  return {
    heading,
    chart,
    label: `${heading}, lines on logarithmic axes. With ${most} GiB: ${parts.join('; ')}.`,
    caption:
      'Line = instances that fit, divided by the memory given to them; points at the sizes of the table. A line that rises still pays for F. ' +
      'Invalid lines are left out. CPU at idle: slope of the CPU time that all roles take while the instances wait, per instance.',
    table: tableOf(view, panel, id, heading),
  };
}

function tableOf(view: View, panel: FitPanel, id: string, heading: string): DataTable {
  return {
    id: `${id}-table`,
    caption: `${heading}: whole instances that fit, and CPU seconds per hour that one idle instance takes`,
    columns: [
      { key: 'technology', title: 'Technology' },
      { key: 'rung', title: 'Rung' },
      ...TABLE_GIB.map((gib) => ({ key: `instances_in_${gib}_gib`, title: `In ${gib} GiB`, numeric: true })),
      { key: 'limit_per_gib', title: 'Per GiB, at most', numeric: true },
      { key: 'idle_cpu_s_per_h', title: 'CPU at idle, s/h', numeric: true },
      { key: 'idle_cpu_ci_low_s_per_h', title: 'CI low', numeric: true },
      { key: 'idle_cpu_ci_high_s_per_h', title: 'CI high', numeric: true },
    ],
    rows: panel.fits.map((fit) => [
      { text: fleetTitle(view, fit) },
      { text: rungOf(view, fit) },
      ...TABLE_GIB.map((gib) => instancesIn(fit, gib)),
      measured(fit.slope && GIB / fit.slope.estimate, '1', 'no line'),
      ...idleFields(view, fit),
    ]),
  };
}

function instancesIn(fit: MemoryFit, gib: number): Field {
  const fitting = Math.floor(perGib(fit, gib) * gib + 1e-9);
  return fitting > 0 ? count(fitting) : { missing: 'F alone is more' };
}

function idleFields({ model }: View, { scenario, runner, variant, workload, state }: MemoryFit): Field[] {
  const mine = model.memoryFits.filter(
    (fit) =>
      fit.metric === 'idle_cpu' &&
      fit.scenario === scenario &&
      fit.runner === runner &&
      fit.variant === variant &&
      fit.workload === workload &&
      fit.state === state,
  );
  const idle = mine.find(({ role }) => role === 'total') ?? mine.find(({ role }) => role === 'host-process');
  const none = `not measured: ${idle?.note ?? idle?.invalid ?? 'no line of CPU time'}`;
  const hourly = (value: number | undefined, missing: string): Field =>
    value === undefined ? { missing } : { value: value * SECONDS_PER_HOUR, text: significant(value * SECONDS_PER_HOUR) };
  if (!idle?.slope || idle.invalid !== undefined) return [{ missing: none }, { missing: 'not measured' }, { missing: 'not measured' }];
  const { estimate: each, interval } = idle.slope;
  return [hourly(each, none), hourly(interval?.low, 'too few rounds'), hourly(interval?.high, 'too few rounds')];
}
