import type { Band, UnitEnergy } from '../../core/model/energy.ts';
import { isBelowLimit } from '../../results/carbon/below-limit.ts';
import { energyLooks, type EnergyPanel, energyText, methodWords, oneMethod, technologyName, unitText, workloadOf } from '../energy.ts';
import { quantity, significant } from '../format.ts';
import type { View } from '../view.ts';
import type { DotSpec, XyPoint, XySpec } from './chart-spec.ts';
import { energyTable, perHostText, methodField, methodMark, rowName } from './energy-table.ts';
import { html } from './markup.ts';
import type { Figure } from './section.ts';
import type { DataTable, Field } from './table.ts';

/**
 * Joules of one unit, a dot with its band per technology.
 * @throws BenchError `mixed-methods`
 */
export function energyFigure(view: View, { unit, rows }: EnergyPanel<UnitEnergy>): Figure {
  const method = oneMethod(rows);
  const { word } = methodWords(method);
  const id = `energy-${unit}-${method}`;
  const heading = `Energy per ${unitText(unit)}, ${word}`;
  const chart: DotSpec = {
    kind: 'dots',
    id,
    unit: 'J',
    axisTitle: `energy per ${unitText(unit)}, ${word}, logarithmic`,
    axis: 'logarithmic',
    rows: rows.map((row) => ({ ...chartName(row), text: chartText(row), look: energyLooks(view, row).look })),
    series: [
      {
        name: word,
        points: rows.map((row) => (row.energyJ && row.energyJ.low > 0 && !isBelowLimit(row) ? pointOf(row.energyJ) : null)),
      },
    ],
  };
  const parts = rows.map((row) => `${technologyName(row)} ${energyText(row)}`);
  const band =
    method === 'modelled'
      ? 'what the published constants leave open'
      : '95 % confidence of what was read, widened by the share of the idle host';
  return {
    heading,
    chart,
    label: `${heading}, dots with bands on a logarithmic axis. ${parts.join('; ')}.`,
    caption: html`${methodMark(method)} Point = energy of one unit, above idle and its share of the idle host together; bar = ${band}.
      Lever: <strong>energy efficiency</strong>: fewer joules for the same work.`,
    table: energyTable(view, rows, { id: `${id}-table`, caption: `${heading}: what it is made of; joules, seconds and shares in the CSV` }),
  };
}

function chartName(row: UnitEnergy): { readonly name: string; readonly detail: string } {
  const { name, detail } = rowName(row);
  return { name, detail: `${detail} · n = ${row.n}` };
}

/** Words about a missing value begin as the chart expects them, so that they stand inside it. */
function chartText(row: UnitEnergy): string {
  const text = energyText(row).replace(/ \[.*\]$/, '');
  return text.replace(/^not known/, 'not measured');
}

function pointOf({ central, low, high }: Band): { readonly value: number; readonly low: number; readonly high: number } {
  return { value: central, low, high };
}

/** Shares of the density at which a host is shown; the first is one instance alone. */
const PACKED: readonly number[] = [0, 0.1, 0.5, 1];
const STEPS = 40;

interface Packed {
  readonly instances: number;
  readonly energyJ: Band;
}

/**
 * Energy of one unit while so many instances share the idle host: its share is 1 ÷ instances, never less than the part of the host's CPU
 * time it takes. Undefined where density, idle power or length are not known.
 */
export function energyAt({ dynamicJ, hostIdleW, durationS, share }: UnitEnergy, instances: number): Band | undefined {
  if (!dynamicJ || !hostIdleW || durationS === undefined || share?.instancesPerHost === undefined) return undefined;
  const seconds = durationS * Math.min(1, Math.max(1 / instances, share.central));
  return {
    low: dynamicJ.low + hostIdleW.low * seconds,
    central: dynamicJ.central + hostIdleW.central * seconds,
    high: dynamicJ.high + hostIdleW.high * seconds,
  };
}

function packedAt(row: UnitEnergy, part: number): Packed | undefined {
  const most = row.share?.instancesPerHost;
  if (most === undefined) return undefined;
  const instances = Math.max(1, most * part);
  const energyJ = energyAt(row, instances);
  return energyJ && { instances, energyJ };
}

/**
 * Joules of one unit against the number of instances that share the host; undefined where no technology's density is known.
 * @throws BenchError `mixed-methods`, `mixed-workloads`
 */
export function packingFigure(view: View, panel: EnergyPanel<UnitEnergy>): Figure | undefined {
  const { unit, rows } = panel;
  const method = oneMethod(rows);
  const known = rows.filter((row) => !isBelowLimit(row) && packedAt(row, 1));
  if (known.length === 0) return undefined;
  const { word } = methodWords(method);
  const workload = workloadOf(rows);
  const id = `energy-packing-${unit}-${workload}-${method}`;
  const heading = `Energy per ${unitText(unit)} against packing, ${workload}, ${word}`;
  const chart: XySpec = {
    kind: 'xy',
    id,
    unit: 'J',
    axisTitle: `energy per ${unitText(unit)}, ${word}, logarithmic`,
    across: { title: 'instances that share the host', suffix: '', fromZero: false },
    series: known.map((row) => {
      const most = row.share?.instancesPerHost ?? 1;
      const steps = Array.from({ length: STEPS + 1 }, (_, index) => most ** (index / STEPS));
      const points = PACKED.flatMap((part): XyPoint[] => {
        const packed = packedAt(row, part);
        return packed ? [{ x: packed.instances, y: packed.energyJ.central, low: packed.energyJ.low, high: packed.energyJ.high }] : [];
      });
      const path = steps.flatMap((x) => {
        const energyJ = energyAt(row, x);
        return energyJ ? [{ x, y: energyJ.central }] : [];
      });
      return { name: technologyName(row), ...energyLooks(view, row), points, paths: [path], band: [] };
    }),
  };
  const parts = known.map((row) => {
    const [alone, full] = [packedAt(row, 0), packedAt(row, 1)];
    return `${technologyName(row)} ${quantity(alone?.energyJ.central ?? 0, 'J')} alone, ${quantity(full?.energyJ.central ?? 0, 'J')} at ${significant(full?.instances ?? 1)} instances`;
  });
  return {
    heading,
    chart,
    label: `${heading}, lines on logarithmic axes. ${parts.join('; ')}.`,
    caption: html`${methodMark(method)} Line = energy of one unit if the idle power of the host is divided among so many instances; points:
      one instance alone, 10 %, 50 % and 100 % of its density (by memory where the table says so), with their band. Flat: the unit's own CPU
      share decides; more packing saves nothing. Lever: <strong>hardware efficiency</strong>: fewer, fuller machines.`,
    table: packingTable(known, id, heading),
  };
}

function packingTable(rows: readonly UnitEnergy[], id: string, heading: string): DataTable {
  const titles = PACKED.map((part) => (part === 0 ? 'Alone' : `At ${part * 100} %`));
  return {
    id: `${id}-table`,
    caption: `${heading}: joules per unit, and the part of them that is idle power`,
    columns: [
      { key: 'technology', title: 'Technology' },
      { key: 'method', title: 'Method' },
      { key: 'instances_per_host', title: 'Density', numeric: true },
      ...PACKED.map((part, index) => ({ key: `energy_at_${part * 100}_percent_j`, title: titles[index] ?? '', numeric: true })),
      ...PACKED.map((part, index) => ({
        key: `idle_share_at_${part * 100}_percent`,
        title: `${titles[index] ?? ''}: idle part`,
        numeric: true,
      })),
      { key: 'from', title: 'Density from' },
    ],
    rows: rows.map((row): Field[] => [
      { text: technologyName(row) },
      methodField(row.method),
      { value: row.share?.instancesPerHost ?? 0, text: perHostText(row.share) },
      ...PACKED.map((part): Field => {
        const central = packedAt(row, part)?.energyJ.central;
        return central === undefined ? { missing: 'not known' } : { value: central, text: quantity(central, 'J') };
      }),
      ...PACKED.map((part): Field => {
        const central = packedAt(row, part)?.energyJ.central;
        if (central === undefined || central <= 0 || !row.dynamicJ) return { missing: 'not known' };
        const idle = 1 - row.dynamicJ.central / central;
        return { value: idle, text: `${significant(idle * 100)} %` };
      }),
      { text: row.share?.from ?? 'not known' },
    ]),
  };
}
