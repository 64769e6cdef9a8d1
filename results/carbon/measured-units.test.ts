import { describe, expect, it } from 'vitest';
import type { EventBody } from '../../core/model/event.ts';
import type { Cell } from '../../core/model/plan.ts';
import type { EnergyReport } from '../../core/model/energy.ts';
import { ENERGY_METRICS, MARK_METRICS } from '../../core/model/metrics.ts';
import { buildReport } from '../derive/build-report.ts';
import { goldenReport } from '../testing/golden-run.ts';
import { meterEvent, PACKAGE, type SmallWindow, windowEvents } from '../testing/small-energy.ts';
import { fleetCells, memoryReading } from '../testing/small-fleet.ts';
import { life, smallCell, smallEvents, smallPlan } from '../testing/small-run.ts';

const ZONE = 'intel-rapl:0';
const CORES = 4;

/** CPU seconds of a work window that are not the technology's */
interface Others {
  readonly harnessS?: number;
  readonly unknownS?: number;
}

function windowOf(window: SmallWindow['window'], watts: number, cpuS: number, operations?: number, others: Others = {}): SmallWindow {
  const { harnessS = 0, unknownS = 0 } = others;
  const own = cpuS - harnessS - unknownS;
  const cpu = { host: cpuS + 0.1, harness: 0.05 + harnessS, total: own, instance: own };
  return {
    window,
    seconds: 10,
    joules: { [ZONE]: watts * 10 },
    cpu,
    capacityS: 10 * CORES,
    stealShare: 0,
    ...(operations === undefined ? {} : { operations }),
  };
}

/** 20 W at idle, `watts` over 10 s with 100 units; round by round a little more. */
function block(watts: number, cpuS: number, drift = 0, others: Others = {}): EventBody[] {
  return windowEvents([windowOf('idle-before', 20, 0), windowOf('work', watts, cpuS, 100, others), windowOf('idle-after', 20 + drift, 0)]);
}

const startCell: Cell = { ...smallCell('a', 'window', 'subject'), id: 's:a/native/noop:cold-start', unit: 'cold-start' };
const blankCell: Cell = { ...startCell, id: 's:blank', role: 'blank', runner: 'blank' };
const fleets = fleetCells('a', [0, 10, 20]);

function energyOf(meter: (round: number) => EventBody, drift = 0, others: Others = {}): EnergyReport {
  const plan = smallPlan([startCell, blankCell, ...fleets], 6);
  const events = smallEvents(plan, ({ id, population }, round) => {
    if (population) {
      const { instances } = population;
      const memory = memoryReading('memory_unreclaimable', 'total', 1e8 + instances * 1e6);
      return [
        ...life(0.1, 20),
        memory,
        memoryReading('idle_cpu', 'total', 0),
        meter(round),
        ...windowEvents([windowOf('held', 20 + instances / 10, 0)]),
      ];
    }
    const work = id === startCell.id ? block(50 + round / 10, 5, drift, others) : block(20 + round / 100, 0);
    return [...life(0.1, 40), meter(round), ...work];
  });
  const { manifest } = goldenReport();
  const facts = { cpu_count: { value: CORES }, memory_gib: { value: 16 }, hypervisor: { value: false } };
  const host = { ...manifest.host, facts };
  return buildReport({ manifest: { ...manifest, host }, plan, events, metrics: [...MARK_METRICS, ...ENERGY_METRICS] }).energy;
}

describe('a cold start that RAPL has measured', () => {
  const energy = energyOf(() => meterEvent([PACKAGE]));
  const row = energy.units.find(({ unit, method }) => unit === 'cold-start' && method !== 'modelled');

  it('has net energy with its interval over the rounds, gross energy and idle power, by the meter’s method', () => {
    expect(row).toMatchObject({ method: 'rapl', n: 6, coefficients: [], interval: { method: 'order-statistic' } });
    // (50.35 − 20) W · 10 s ÷ 100, median of rounds 1 to 6
    expect(row?.dynamicJ?.central).toBeCloseTo(3.035, 9);
    expect(row?.dynamicJ?.low).toBeCloseTo(3.01, 9);
    expect(row?.dynamicJ?.high).toBeCloseTo(3.06, 9);
    expect(row?.grossJ).toBeCloseTo(5.035, 9);
    expect(row?.hostIdleW?.central).toBeCloseTo(20, 9);
  });

  it('is charged its share of the measured idle power, not of a modelled one', () => {
    // 5 s of CPU ÷ 100 starts, on 4 threads for 0.1 s
    expect(row?.share?.central).toBeCloseTo(0.05 / (CORES * 0.1), 9);
    expect(row?.idleJ?.central).toBeCloseTo(20 * 0.1 * 0.125, 9);
    expect(row?.energyJ?.central).toBeCloseTo(3.035 + 0.25, 9);
  });

  it('leaves the suite’s own part out where the CPU times of every block close, and says so where they do not', () => {
    const startOf = (others: Others) =>
      energyOf(() => meterEvent([PACKAGE]), 0, others).units.find(({ unit, method }) => unit === 'cold-start' && method === 'rapl');
    const closed = startOf({ harnessS: 1 });
    // of 5 CPU seconds above idle one is the harness's
    expect(closed?.dynamicJ?.central).toBeCloseTo(0.8 * 3.035, 6);
    expect(closed?.note ?? '').not.toContain('the suite’s own energy');
    const open = startOf({ unknownS: 0.5 });
    expect(open?.dynamicJ?.central).toBeCloseTo(3.035, 6);
    expect(open).toMatchObject({ note: expect.stringContaining('the suite’s own energy is in it') as string });
  });

  it('has a detection limit from the blank cell, far below it here', () => {
    expect(row?.detectionLimitJ).toBeGreaterThan(0);
    expect(row?.detectionLimitJ).toBeLessThan(0.1);
  });

  it('stands beside a modelled row that has none of its joules, and blanks are no technology', () => {
    const rows = energy.units.filter(({ unit }) => unit === 'cold-start');
    expect(rows.map(({ method, runner }) => `${runner} ${method}`)).toEqual(['a rapl', 'a modelled']);
    expect(rows[1]).not.toHaveProperty('grossJ');
  });

  it('breaks even with a kept instance of the same method only: 0.1 W for an hour, and its share of idle power', () => {
    const idle = energy.units.find(({ unit, method }) => unit === 'instance-hour-idle' && method === 'rapl');
    expect(idle?.dynamicJ?.central).toBeCloseTo(0.1 * 3600, 6);
    const breakEven = energy.breakEvens.find(({ method, basis }) => method === 'rapl' && basis === 'energy');
    expect(breakEven?.perHour?.central).toBeCloseTo((idle?.energyJ?.central ?? 0) / (3.035 + 0.25), 6);
    expect(energy.breakEvens.map(({ method, basis }) => `${method} ${basis}`)).toEqual([
      'rapl energy',
      'rapl carbon',
      'modelled energy',
      'modelled carbon',
    ]);
  });
});

describe('a meter that is no evidence', () => {
  it('of a made tree gives rows called simulated, and says that they are no result', () => {
    const row = energyOf(() => meterEvent([PACKAGE], { method: 'simulated' })).units[0];
    expect(row?.method).toBe('simulated');
    expect(row?.note).toMatch(/no result/);
  });

  it('that changes between trials gives no figure: joules of different meters are not averaged', () => {
    const row = energyOf((round) => meterEvent([PACKAGE], { method: round < 4 ? 'rapl' : 'wall' })).units[0];
    expect(row).toMatchObject({ method: 'unavailable', n: 0 });
    expect(row?.note).toMatch(/different meters \(rapl, wall\)/);
    expect(row).not.toHaveProperty('dynamicJ');
  });

  it('whose idle brackets drift leaves a row with the rule, and counts the void blocks', () => {
    const energy = energyOf(() => meterEvent([PACKAGE]), 2);
    expect(energy.units[0]).toMatchObject({ method: 'rapl', n: 0, note: 'no net energy: idle-drift' });
    expect(energy.units[0]).not.toHaveProperty('energyJ');
    expect(energy.voidBlocks).toEqual([{ rule: 'idle-drift', count: 6 }]);
  });
});
