import type { Density, MemoryFit } from '../../core/model/density.ts';
import type { Band, HostShare } from '../../core/model/energy.ts';
import type { Cell, Plan } from '../../core/model/plan.ts';
import { median } from '../stats/quantile.ts';
import { exact, larger, spanning } from './band.ts';
import { okValues, type SamplesByCell } from './cell-values.ts';
import { fitsOf, slopeBand } from './unit-work.ts';
import type { TechnologyKey } from './technologies.ts';

const GIB = 2 ** 30;

/** How many instances of a technology one host of this size holds. */
export interface Capacity {
  readonly instances: Band;
  readonly from: string;
  /** processors a guest has for itself while it lives; absent: none are reserved */
  readonly guestCpus?: number;
}

export interface CapacityInput {
  readonly plan: Plan;
  readonly byCell: SamplesByCell;
  readonly fits: readonly MemoryFit[];
  readonly densities: readonly Density[];
  readonly memoryGib: number;
}

export const NO_CAPACITY =
  'how many of it a host holds is not known, so there is no share of the host’s idle power and of its making: measure its memory in the same run (“thirdwave bench energy energy-idle”, or with footprint, memory or density)';

/**
 * Best first: what a density ramp on the whole host has verified, or predicted · the memory that one more instance takes, all its roles together; a ramp
 * under a cap, which covers the instances’ own group and not their shims and daemons, can only lower that number · the memory of one held instance.
 * Figures of many instances before those of one; of the same workload before those of `noop` before those of any other.
 */
export function capacityOf(key: TechnologyKey, input: CapacityInput): Capacity | undefined {
  const workloads = [...new Set([key.workload, 'noop', ...input.plan.cells.map(({ workload }) => workload)])];
  const many = workloads.flatMap((workload) => [ofWholeHost, ofSlope, ofCappedRamp].map((source) => ({ source, workload })));
  const one = workloads.map((workload) => ({ source: ofOneInstance, workload }));
  for (const { source, workload } of [...many, ...one]) {
    const found = source({ ...key, workload }, input);
    if (found && found.instances.low >= 1)
      return workload === key.workload ? found : { ...found, from: `${found.from}, of workload ${workload}` };
  }
  return undefined;
}

function rampsOf({ runner, variant, workload }: TechnologyKey, { plan, densities }: CapacityInput): readonly Density[] {
  const isOwn = (cell: Cell): boolean => cell.runner === runner && cell.variant === variant && cell.workload === workload;
  const own = new Set(plan.cells.filter(isOwn).map(({ id }) => id));
  return densities.filter(({ cell }) => own.has(cell));
}

function ofWholeHost(key: TechnologyKey, input: CapacityInput): Capacity | undefined {
  for (const { memoryCapBytes, verified, median: middle, predicted } of rampsOf(key, input)) {
    if (memoryCapBytes !== undefined) continue;
    if (middle !== undefined)
      return { instances: spanning(middle, ...verified), from: `verified density, ${verified.length} ramps on the whole host` };
    if (predicted) {
      const { estimate, low, high } = predicted;
      return { instances: spanning(estimate, low ?? estimate, high ?? estimate), from: 'predicted density of the whole host' };
    }
  }
  return undefined;
}

function ofSlope(key: TechnologyKey, input: CapacityInput): Capacity | undefined {
  const fit = fitsOf(key, input.fits, 'memory_unreclaimable').find(
    ({ role, slope, invalid }) => role === 'total' && invalid === undefined && slope !== undefined && slope.estimate > 0,
  );
  if (!fit?.slope) return undefined;
  const bytes = slopeBand(fit.slope);
  const instances = fitting(input.memoryGib, bytes.low > 0 ? bytes : exact(bytes.central));
  const capped = ofCappedRamp(key, input);
  const from = 'memory of the host ÷ unreclaimable memory of one more instance, all roles';
  return capped && capped.instances.central < instances.central ? capped : { instances, from };
}

function ofCappedRamp(key: TechnologyKey, input: CapacityInput): Capacity | undefined {
  const density = rampsOf(key, input).find(({ instancesPerGib }) => instancesPerGib !== undefined);
  if (density?.instancesPerGib === undefined) return undefined;
  const { instancesPerGib, verified, median: middle } = density;
  const central = instancesPerGib * input.memoryGib;
  const ends = middle === undefined || middle === 0 ? [] : verified.filter((one) => one > 0).map((one) => (central * one) / middle);
  return {
    instances: spanning(central, ...ends),
    from: `verified density under a memory cap, scaled to ${input.memoryGib.toFixed(1)} GiB`,
  };
}

/** All roles of one held instance; the fewest with the daemons’ whole memory, which all instances share, the most without it. */
function ofOneInstance({ runner, variant, workload }: TechnologyKey, input: CapacityInput): Capacity | undefined {
  const cells = input.plan.cells.filter(
    (cell) =>
      (cell.activity === 'hold' || cell.unit === 'operation') &&
      cell.role !== 'floor' &&
      (cell.population?.instances ?? 1) === 1 &&
      cell.runner === runner &&
      cell.variant === variant &&
      cell.workload === workload,
  );
  for (const { id } of cells) {
    const samples = (input.byCell.get(id) ?? []).filter(({ metric }) => metric === 'memory_unreclaimable');
    const of = (roles: readonly ('instance' | 'shim' | 'vmm' | 'host-process' | 'daemon')[]): number =>
      roles.map((role) => okValues(samples, role)).reduce((sum, values) => sum + (values.length === 0 ? 0 : median(values)), 0);
    const own = of(['instance', 'shim', 'vmm', 'host-process']);
    const all = own + of(['daemon']);
    if (own <= 0) continue;
    const instances = fitting(input.memoryGib, spanning(all, own, all));
    return { instances, from: 'memory of the host ÷ unreclaimable memory of one held instance, all roles' };
  }
  return undefined;
}

function fitting(memoryGib: number, bytes: Band): Band {
  const of = (one: number): number => (memoryGib * GIB) / one;
  return spanning(of(bytes.central), of(bytes.low), of(bytes.high));
}

/**
 * Share of the host that is reserved while a unit lasts: the larger of its memory share and its CPU share, as dominant resource fairness counts
 * (Ghodsi et al. 2011, NSDI). Never more than the whole host.
 */
export function hostShare({ instances, from, guestCpus }: Capacity, cpuSeconds: Band, threads: number, durationS: number): HostShare {
  const memory = spanning(1 / instances.central, 1 / instances.high, 1 / instances.low);
  const perSecond = 1 / (threads * durationS);
  const ofCpu = spanning(cpuSeconds.central * perSecond, cpuSeconds.low * perSecond, cpuSeconds.high * perSecond);
  // What a guest is given it has, whether it uses it or not.
  const reserved = exact((guestCpus ?? 0) / threads);
  const { low, central, high } = larger(larger(memory, ofCpu), reserved);
  const byCpu = ofCpu.central > memory.central && ofCpu.central > reserved.central;
  const byGuest = !byCpu && reserved.central > memory.central;
  return {
    low: Math.min(1, low),
    central: Math.min(1, central),
    high: Math.min(1, high),
    instancesPerHost: Math.floor(instances.central),
    from: byGuest
      ? `${guestCpus} of ${threads} threads, which the guest has for itself; ${from}`
      : byCpu
        ? `CPU time ÷ (${threads} threads × duration), larger than the memory share; ${from}`
        : from,
  };
}
