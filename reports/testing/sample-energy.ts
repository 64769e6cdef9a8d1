import type { Band, BreakEven, EnergyReport, Impact, MeterState, UnitEnergy } from '../../core/model/energy.ts';
import type { EnergyMethod, FunctionalUnit, Role } from '../../core/model/vocabulary.ts';
import { COEFFICIENTS, DENIED, EMBODIED, GRID, IDLE_W, RAPL, WATTS_PER_CPU } from './sample-coefficients.ts';

/** What is true of an invented technology: CPU seconds by role and length of a cold start, of one operation, and CPU seconds of an idle hour. */
interface Truth {
  readonly runner: string;
  readonly variant: string;
  readonly cpuS: readonly (readonly [role: Role, seconds: number])[];
  readonly durationS: number;
  readonly operationCpuS?: number;
  readonly operationS?: number;
  readonly idleHourCpuS?: number;
  readonly instancesPerHost?: number;
}

const TRUTHS: readonly Truth[] = [
  {
    runner: 'process',
    variant: 'native',
    cpuS: [['instance', 0.9e-3]],
    durationS: 1.2e-3,
    operationCpuS: 21e-6,
    operationS: 34e-6,
    idleHourCpuS: 4e-4,
    instancesPerHost: 70_000,
  },
  {
    runner: 'wasmtime',
    variant: 'aot',
    cpuS: [['host-process', 190e-6]],
    durationS: 230e-6,
    operationCpuS: 24e-6,
    operationS: 37e-6,
    idleHourCpuS: 7e-3,
    instancesPerHost: 120_000,
  },
  {
    runner: 'container',
    variant: 'runc-scratch',
    cpuS: [
      ['instance', 8e-3],
      ['shim', 31e-3],
      ['daemon', 120e-3],
    ],
    durationS: 0.31,
    operationCpuS: 64e-6,
    operationS: 180e-6,
    idleHourCpuS: 0.76,
    instancesPerHost: 2100,
  },
  {
    runner: 'docker-wasm',
    variant: 'shim-aot',
    cpuS: [
      ['shim', 44e-3],
      ['daemon', 118e-3],
    ],
    durationS: 0.29,
    idleHourCpuS: 0.9,
    instancesPerHost: 1500,
  },
  { runner: 'vm', variant: 'small', cpuS: [['vmm', 0.83]], durationS: 0.91 },
];

export type SampleEnergy = 'modelled' | 'measured' | 'unavailable';

/** An invented report of energy: modelled rows only, measured rows beside them, or nothing at all. The arithmetic between its figures is that of a real one. */
export function sampleEnergy(kind: SampleEnergy): EnergyReport {
  const meters = kind === 'measured' ? [RAPL] : [DENIED, noPerf()];
  if (kind === 'unavailable') {
    const units = TRUTHS.map((truth): UnitEnergy => ({ ...unitOf(truth, 'cold-start', 'unavailable'), note: 'no CPU time is on record' }));
    return report(meters, units);
  }
  const methods: EnergyMethod[] = kind === 'measured' ? ['rapl', 'modelled'] : ['modelled'];
  const units = TRUTHS.flatMap((truth) =>
    (['cold-start', 'operation', 'instance-hour-idle'] as const).flatMap((unit) =>
      methods.filter((method) => method === 'modelled' || truth.runner !== 'vm').map((method) => filled(truth, unit, method)),
    ),
  );
  return report(meters, units);
}

function report(meters: readonly MeterState[], units: readonly UnitEnergy[]): EnergyReport {
  const impacts = units.map(impactOf);
  return {
    assumptions: { grid: 'DE', application: 'converter', applicationVersion: '1.4.2', organisation: 'Example | Sons' },
    meters: [...meters],
    coefficients: [...COEFFICIENTS],
    voidBlocks: meters.some(({ unavailable }) => !unavailable) ? [{ rule: 'idle-drift', count: 2 }] : [],
    units: [...units],
    impacts,
    breakEvens: breakEvens(units, impacts),
  };
}

function unitOf({ runner, variant }: Truth, unit: FunctionalUnit, method: EnergyMethod): UnitEnergy {
  const scenario = unit === 'instance-hour-idle' ? 'memory' : 'energy';
  const key = { runner, variant, workload: 'noop', unit, method };
  return {
    ...key,
    cells: [`${scenario}:${runner}/${variant}/noop:${unit}`],
    n: method === 'unavailable' ? 0 : 10,
    cpuS: [],
    coefficients: [],
  };
}

const scaled = ({ low, central, high }: Band, by: number): Band => ({ low: low * by, central: central * by, high: high * by });
const sum = (one: Band, other: Band): Band => ({
  low: one.low + other.low,
  central: one.central + other.central,
  high: one.high + other.high,
});

function filled(truth: Truth, unit: FunctionalUnit, method: EnergyMethod): UnitEnergy {
  const base = unitOf(truth, unit, method);
  const cpuS = cpuOf(truth, unit);
  const durationS = { 'cold-start': truth.durationS, operation: truth.operationS, 'instance-hour-idle': 3600 }[unit];
  if (cpuS.length === 0 || durationS === undefined) {
    return { ...base, n: 0, note: `no scenario of this run measures the unit ${unit} of this technology: bench energy` };
  }
  const seconds = cpuS.reduce((total, one) => total + one.seconds, 0);
  const measured = method !== 'modelled';
  const dynamicJ = measured ? around(seconds * 1.62, 0.06) : scaled(WATTS_PER_CPU, seconds);
  const known = { ...base, cpuS, durationS, dynamicJ, coefficients: measured ? [] : [COEFFICIENTS[0].id, COEFFICIENTS[1].id] };
  const isBelow = unit === 'operation' && truth.runner === 'process';
  const meter = measured
    ? {
        grossJ: dynamicJ.central + 0.9 * durationS,
        attributedJ: dynamicJ.central * 0.97,
        detectionLimitJ: dynamicJ.central * (isBelow ? 2 : 0.1),
        interval: { method: 'order-statistic' as const, level: 0.95, low: dynamicJ.low, high: dynamicJ.high },
      }
    : {};
  const { instancesPerHost } = truth;
  if (instancesPerHost === undefined) {
    return { ...known, ...meter, energyJ: dynamicJ, note: 'without its share of the idle host: no density is known; run bench density' };
  }
  const share = Math.max(1 / instancesPerHost, seconds / (2 * durationS));
  const hostIdleW = measured ? around(0.94, 0.04) : IDLE_W;
  const idleJ = scaled(hostIdleW, durationS * share);
  return {
    ...known,
    ...meter,
    hostIdleW,
    share: { low: share, central: share, high: share, instancesPerHost, from: 'verified density of this run' },
    idleJ,
    energyJ: sum(dynamicJ, idleJ),
  };
}

function cpuOf({ cpuS, operationCpuS, idleHourCpuS }: Truth, unit: FunctionalUnit): UnitEnergy['cpuS'] {
  if (unit === 'cold-start') return cpuS.map(([role, seconds]) => ({ role, seconds }));
  const seconds = unit === 'operation' ? operationCpuS : idleHourCpuS;
  return seconds === undefined ? [] : [{ role: 'total', seconds }];
}

function around(central: number, relative: number): Band {
  return { low: central * (1 - relative), central, high: central * (1 + relative) };
}

/** (E·I + M) per R; an hour has 3600 s, a kWh 3.6 MJ. */
function impactOf(row: UnitEnergy): Impact {
  const { runner, variant, workload, unit, method, energyJ, durationS, share } = row;
  const per = unit === 'operation' ? 1000 : 1;
  const key = { runner, variant, workload, unit, method, per };
  if (!energyJ || durationS === undefined) return { ...key, ...(row.note === undefined ? {} : { note: row.note }) };
  const energyKwh = scaled(energyJ, per / 3.6e6);
  const operationalG = { low: energyKwh.low * GRID.low, central: energyKwh.central * GRID.central, high: energyKwh.high * GRID.high };
  const { central = 1 } = share ?? {};
  const embodiedG = scaled(EMBODIED, (1000 * per * durationS * central) / (4 * 365.25 * 86_400));
  return { ...key, energyKwh, operationalG, embodiedG, sciG: sum(operationalG, embodiedG) };
}

function breakEvens(units: readonly UnitEnergy[], impacts: readonly Impact[]): BreakEven[] {
  const methods: EnergyMethod[] = ['rapl', 'modelled'];
  return methods.flatMap((method) =>
    TRUTHS.flatMap(({ runner, variant }) =>
      (['energy', 'carbon'] as const).flatMap((basis): BreakEven[] => {
        const key = { runner, variant, workload: 'noop', method, basis };
        const cost = (unit: FunctionalUnit): Band | undefined => {
          const is = (row: UnitEnergy | Impact): boolean =>
            row.runner === runner && row.variant === variant && row.method === method && row.unit === unit;
          return basis === 'energy' ? units.find(is)?.energyJ : impacts.find(is)?.sciG;
        };
        if (!units.some((row) => row.runner === runner && row.method === method)) return [];
        const [kept, start] = [cost('instance-hour-idle'), cost('cold-start')];
        if (!kept || !start) return [{ ...key, note: 'the energy of an idle hour is not known: bench memory' }];
        const perHour = { low: kept.low / start.high, central: kept.central / start.central, high: kept.high / start.low };
        return [{ ...key, perHour }];
      }),
    ),
  );
}

function noPerf(): MeterState {
  const because = 'the event energy-psys of the power PMU is there and reads 0 under load';
  const remedy = 'measure on the host itself: a guest’s counter that never moves holds nothing';
  return {
    meter: 'perf',
    method: 'unavailable',
    scope: 'none',
    zones: [],
    warnings: [],
    unavailable: { code: 'always-zero', because, remedy },
    reads: 4,
  };
}

/** The same rows where no technology has an idle hour. */
export function withoutRates(rows: EnergyReport['breakEvens']): EnergyReport['breakEvens'] {
  return rows.map(({ runner, variant, workload, method, basis }) => {
    const key = { runner, variant, workload, method, basis };
    return { ...key, note: 'an idle hour has no figure' };
  });
}
