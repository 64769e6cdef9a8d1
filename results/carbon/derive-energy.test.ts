import { describe, expect, it } from 'vitest';
import type { MemoryFit } from '../../core/model/density.ts';
import type { EventBody } from '../../core/model/event.ts';
import type { Cell, Plan } from '../../core/model/plan.ts';
import type { ReportModel } from '../../core/model/report.ts';
import { Manifest } from '../../core/model/manifest.ts';
import { ENERGY_METRICS, MARK_METRICS } from '../../core/model/metrics.ts';
import { buildReport } from '../derive/build-report.ts';
import { goldenReport } from '../testing/golden-run.ts';
import { life, smallCell, smallEvents, smallPlan } from '../testing/small-run.ts';
import { exact } from './band.ts';
import { capacityOf, hostShare } from './host-share.ts';

const S = 1e9;
const MIB = 2 ** 20;

const facts = {
  cpu_model: { value: 'Intel(R) Xeon(R) Processor' },
  cpu_vendor: { value: 'GenuineIntel' },
  cpu_family: { value: 6 },
  cpu_model_number: { value: 207 },
  cpu_stepping: { value: 2 },
  cpu_count: { value: 2 },
  memory_bytes: { value: 24 * 2 ** 30 },
  hypervisor: { value: true },
};
const { manifest: golden } = goldenReport();
const manifestOf = (year: number): Manifest =>
  Manifest.parse({ ...golden, startedAt: `${year}-06-01T00:00:00.000Z`, host: { ...golden.host, facts } });

function reading(
  metric: string,
  role: 'instance' | 'shim' | 'daemon' | 'total' | 'harness' | 'host',
  unit: 's' | 'B',
  value: number,
  window?: string,
): EventBody {
  const place = { kind: 'reading', atNs: 0, probe: 'test', metric, role, unit, value, origin: 'test' } as const;
  return window === undefined ? place : { ...place, window };
}

const holdCell: Cell = { ...smallCell('a', 'hold', 'subject'), id: 's:a/native/noop:held' };

/** Runs of `a` with CPU time of two roles, and one held instance of 12 MiB. */
function report(change: { year?: number; held?: boolean; assumptions?: ReportModel['energy']['assumptions'] } = {}): ReportModel {
  const cells = change.held === false ? [smallCell('a')] : [smallCell('a'), holdCell];
  const plan: Plan = smallPlan(cells, 6);
  const events = smallEvents(plan, (cell, round) =>
    cell.activity === 'run'
      ? [...life(0.1, 0.2), reading('cpu_time', 'instance', 's', 0.01 * round), reading('cpu_time', 'daemon', 's', 0.1)]
      : [
          ...life(0.1, 0.2),
          reading('memory_unreclaimable', 'instance', 'B', 2 * MIB),
          reading('memory_unreclaimable', 'daemon', 'B', 10 * MIB),
        ],
  );
  return buildReport({
    manifest: manifestOf(change.year ?? 2026),
    plan,
    events,
    metrics: [...MARK_METRICS, ...ENERGY_METRICS],
    assumptions: change.assumptions ?? {},
  });
}

describe('a cold start from runs alone', () => {
  const { energy } = report({ assumptions: { grid: 'DE' } });
  const [row] = energy.units;

  it('has the CPU time of all roles of one trial, median over the rounds, times 3.01 W', () => {
    expect(row).toMatchObject({ unit: 'cold-start', method: 'modelled', n: 6, durationS: 0.2 });
    expect(row?.cpuS).toEqual([
      { role: 'instance', seconds: 0.035 },
      { role: 'daemon', seconds: 0.1 },
    ]);
    expect(row?.dynamicJ?.central).toBeCloseTo(0.135 * 3.01, 9);
  });

  it('reserves its CPU share of the host where that is more than its memory share, and is charged idle power for it', () => {
    expect(row?.share?.instancesPerHost).toBeCloseTo((24 * 1024) / 12, 6);
    expect(row?.share?.central).toBeCloseTo(0.135 / (2 * 0.2), 9);
    expect(row?.share?.from).toMatch(/^CPU time ÷/);
    expect(row?.idleJ?.central).toBeCloseTo(1.6 * 0.2 * (0.135 / 0.4), 9);
    expect(row?.energyJ?.central).toBeCloseTo((row?.dynamicJ?.central ?? 0) + (row?.idleJ?.central ?? 0), 12);
  });

  it('has an SCI of energy times Germany’s intensity and its part of a guest’s part of a server', () => {
    const [impact] = energy.impacts;
    const operational = ((row?.energyJ?.central ?? 0) / 3.6e6) * 342.06;
    const embodied = ((1300 * 2) / 96) * 1000 * (0.2 / (4 * 365 * 24 * 3600)) * (row?.share?.central ?? 0);
    expect(impact?.sciG?.central).toBeCloseTo(operational + embodied, 12);
  });

  it('names every coefficient it used, each once, with what chose it', () => {
    const ids = energy.coefficients.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(row?.coefficients.every((id) => ids.includes(id))).toBe(true);
    expect(energy.coefficients[0]).toMatchObject({
      id: 'cpu-dynamic/emerald-rapids',
      chosen: expect.stringMatching(/family 6 model 207/) as string,
    });
    expect(ids).toContain('grid/DE');
  });

  it('has no break-even without an idle hour, and says what measures one', () => {
    expect(energy.breakEvens).toHaveLength(2);
    expect(energy.breakEvens.every(({ perHour, note }) => perHour === undefined && /idle hour/.test(note ?? ''))).toBe(true);
  });

  it('has no idle share, no energy and no SCI where nothing says how many of it a host holds', () => {
    const { units, impacts } = report({ held: false }).energy;
    expect(units[0]).not.toHaveProperty('energyJ');
    expect(units[0]?.dynamicJ).toBeDefined();
    expect(units[0]?.note).toMatch(/measure its memory in the same run/);
    expect(impacts[0]).not.toHaveProperty('sciG');
    expect(impacts[0]?.note).toMatch(/measure its memory/);
  });
});

describe('modelled energy', () => {
  it('is in no sample, no summary, no difference, no ratio and no verdict', () => {
    const model = report();
    expect(model.energy.units.some(({ method }) => method === 'modelled')).toBe(true);
    const { samples, summaries, differences, verdicts, memoryFits, densities } = model;
    const measured = JSON.stringify({ samples, summaries, differences, verdicts, memoryFits, densities });
    expect(measured).not.toMatch(/modelled|energy_|power_|"unit":"[JW]"/);
  });

  it('changes with assumptions while everything measured stays as it is', () => {
    const { energy: _, notes: __, ...french } = report({ assumptions: { grid: 'FR' } });
    const { energy: ___, notes: ____, ...polish } = report({ assumptions: { grid: 'PL', pue: 1.4, embodiedKg: 900 } });
    expect(french).toEqual(polish);
  });
});

describe('notes of a report', () => {
  const codes = (model: ReportModel): string[] => model.notes.map(({ code }) => code);

  it('say aloud that carbon is for the world’s average, unless somebody chose', () => {
    expect(codes(report())).toContain('default-grid');
    expect(codes(report({ assumptions: { grid: 'WORLD' } }))).not.toContain('default-grid');
    expect(codes(report({ assumptions: { intensityGPerKwh: 1 } }))).not.toContain('default-grid');
    expect(codes(report({ held: false }))).not.toContain('default-grid');
  });

  it('name each table that was too old when the run was made', () => {
    expect(codes(report())).not.toContain('stale-coefficient');
    const late = report({ year: 2028 });
    expect(late.energy.coefficients.filter(({ stale }) => stale !== undefined).map(({ id }) => id)).toEqual(['grid/WORLD']);
    expect(late.notes.find(({ code }) => code === 'stale-coefficient')?.text).toMatch(/grid\/WORLD .* is of 2024, 4 years before this run/);
    const fresh = report({ year: 2033 }).energy.coefficients.filter(({ stale }) => stale === undefined);
    expect(fresh.map(({ id }) => id)).toEqual(['server-threads', 'pue']);
  });
});

describe('an operation in windows without a meter', () => {
  const cell: Cell = { ...smallCell('a', 'window', 'subject'), id: 's:a/native/noop:operation', unit: 'operation' };
  const plan = smallPlan([cell, holdCell], 6);
  const none = { code: 'absent', because: 'there is no powercap here', remedy: 'measure on hardware' };
  const events = smallEvents(plan, ({ activity }, round) =>
    activity === 'window'
      ? [
          ...life(0.1, 3),
          {
            kind: 'meter',
            atNs: S,
            meter: 'powercap',
            method: 'unavailable',
            scope: 'packages',
            zones: [],
            warnings: [],
            unavailable: none,
          },
          { kind: 'window', window: 'work', atNs: S, endNs: 3 * S, operations: 1000 },
          reading('window_cpu', 'instance', 's', 1.5, 'work'),
          reading('window_cpu', 'total', 's', 1.6, 'work'),
          reading('window_cpu', 'harness', 's', 0.3, 'work'),
          reading('window_cpu', 'host', 's', round <= 2 ? 3.2 : 1.9, 'work'),
        ]
      : [...life(0.1, 0.2), reading('memory_unreclaimable', 'instance', 'B', 2 * MIB)],
  );
  const { energy } = buildReport({ manifest: manifestOf(2026), plan, events, metrics: [...MARK_METRICS, ...ENERGY_METRICS] });

  it('has a measured row that says why it is unavailable beside a modelled one', () => {
    expect(energy.units.map(({ method }) => method)).toEqual(['unavailable', 'modelled']);
    expect(energy.units[0]?.note).toMatch(/there is no powercap here; looked for powercap \(absent\)/);
    expect(energy.units[0]).not.toHaveProperty('energyJ');
    expect(energy.units[1]?.dynamicJ?.central).toBeCloseTo(1.6e-3 * 3.01, 12);
    expect(energy.meters).toMatchObject([{ meter: 'powercap', unavailable: none }]);
  });

  it('says in how many windows other programs used the processors as well', () => {
    expect(energy.units[1]?.note).toBe('other programs ran in 2 of 6 windows: it took longer than alone');
  });

  it('has an SCI per 1,000 operations', () => {
    const impact = energy.impacts.find(({ method }) => method === 'modelled');
    expect(impact?.per).toBe(1000);
    expect(impact?.energyKwh?.central).toBeCloseTo(((energy.units[1]?.energyJ?.central ?? 0) * 1000) / 3.6e6, 15);
  });
});

describe('the share of a host', () => {
  const input = { plan: smallPlan([smallCell('a', 'ramp', 'subject')], 1), byCell: new Map(), memoryGib: 24 };
  const key = { runner: 'a', variant: 'native', workload: 'noop' };
  const fit = (mib: number): MemoryFit => ({
    scenario: 's',
    ...key,
    state: 'idle',
    metric: 'memory_unreclaimable',
    role: 'total',
    unit: 'B',
    points: 9,
    rounds: 3,
    medians: [],
    slope: { estimate: mib * MIB, interval: { method: 'student-t', level: 0.95, low: 0.8 * mib * MIB, high: 1.2 * mib * MIB } },
  });
  const density = { cell: 's:a/native/noop', verified: [90, 100, 110], median: 100, ramps: [] };

  it('comes from a ramp on the whole host before anything else', () => {
    const found = capacityOf(key, { ...input, fits: [fit(1)], densities: [density] });
    expect(found?.instances).toEqual({ low: 90, central: 100, high: 110 });
    expect(found?.from).toMatch(/verified density, 3 ramps/);
  });

  it('comes from the memory of all roles where a ramp was under a cap that covers fewer: 6 MiB each, not the cap’s 1 MiB', () => {
    const capped = { ...density, memoryCapBytes: 64 * MIB, instancesPerGib: 1024 };
    const found = capacityOf(key, { ...input, fits: [fit(6)], densities: [capped] });
    expect(found?.instances.central).toBeCloseTo((24 * 1024) / 6, 9);
    expect(found?.instances.low).toBeCloseTo((24 * 1024) / 7.2, 9);
    expect(capacityOf(key, { ...input, fits: [], densities: [capped] })?.instances.central).toBe(24 * 1024);
  });

  it('of another workload of the same technology says which', () => {
    expect(capacityOf({ ...key, workload: 'json' }, { ...input, fits: [fit(6)], densities: [] })?.from).toMatch(/of workload noop$/);
    expect(capacityOf({ ...key, runner: 'b' }, { ...input, fits: [fit(6)], densities: [] })).toBeUndefined();
  });

  it('of a guest is at least the processors it has for itself', () => {
    const share = hostShare({ instances: exact(100), from: 'memory', guestCpus: 1 }, exact(0.01), 2, 1);
    expect(share).toMatchObject({ central: 0.5, instancesPerHost: 100, from: expect.stringMatching(/^1 of 2 threads/) as string });
  });

  it('is the larger of memory and CPU, and never more than the host', () => {
    const capacity = { instances: exact(10), from: 'a test' };
    expect(hostShare(capacity, exact(0.01), 2, 1)).toMatchObject({ ...exact(0.1), from: 'a test' });
    expect(hostShare(capacity, exact(1), 2, 1)).toMatchObject(exact(0.5));
    expect(hostShare(capacity, exact(9), 2, 1)).toMatchObject(exact(1));
  });
});
