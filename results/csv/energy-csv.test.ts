import { parse } from 'csv-parse/sync';
import { expect, it } from 'vitest';
import type { ReportModel } from '../../core/model/report.ts';
import { sampleEnergy } from '../../reports/testing/sample-energy.ts';
import { goldenReport } from '../testing/golden-run.ts';
import { dataPackage } from './data-package.ts';
import { breakEvenCsv, coefficientsCsv, energyCsv, impactCsv } from './energy-csv.ts';

const measured: ReportModel = { ...goldenReport(), energy: sampleEnergy('measured') };
const unavailable: ReportModel = { ...measured, energy: sampleEnergy('unavailable') };
type Row = Readonly<Record<string, string>>;
const read = (text: string): Row[] => parse<Row>(text, { columns: true, record_delimiter: '\r\n' });
const FILES = { energy: energyCsv, impact: impactCsv, 'break-even': breakEvenCsv, coefficients: coefficientsCsv };
const number = (value: number | undefined): string => (value === undefined ? '' : JSON.stringify(value));

it('energy.csv has every unit with its method, both ends of every band, and a reason where something is missing', () => {
  const rows = read(energyCsv(measured));
  expect(rows).toHaveLength(measured.energy.units.length);
  for (const [index, unit] of measured.energy.units.entries()) {
    expect(rows[index]).toMatchObject({
      runner: unit.runner,
      functional_unit: unit.unit,
      method: unit.method,
      n: String(unit.n),
      energy_low_j: number(unit.energyJ?.low),
      energy_central_j: number(unit.energyJ?.central),
      energy_high_j: number(unit.energyJ?.high),
      idle_central_j: number(unit.idleJ?.central),
      detection_limit_j: number(unit.detectionLimitJ),
      share_central: number(unit.share?.central),
      share_from: unit.share?.from ?? '',
      note: unit.note ?? '',
    });
    if (!unit.energyJ || !unit.idleJ) expect(rows[index]!['note']).not.toBe('');
  }
  const container = rows.find(
    (row) => row['runner'] === 'container' && row['functional_unit'] === 'cold-start' && row['method'] === 'modelled',
  );
  expect(container).toMatchObject({ cpu_roles: 'instance=0.008 shim=0.031 daemon=0.12', status: 'complete', ci_method: 'none' });
  expect(Number(container?.['cpu_s'])).toBeCloseTo(0.159, 12);
});

it('a figure below the detection limit says so in both files and in no other way becomes publishable', () => {
  const below = (text: string): Row[] => read(text).filter((row) => row['status'] === 'below-limit');
  expect(below(energyCsv(measured)).map(({ runner, functional_unit, method }) => [runner, functional_unit, method])).toEqual([
    ['process', 'operation', 'rapl'],
  ]);
  expect(below(impactCsv(measured))).toHaveLength(1);
});

it('impact.csv has operational, embodied and both together for the number of units it names', () => {
  for (const row of read(impactCsv(measured)).filter(({ status }) => status === 'complete')) {
    expect(row['per']).toBe(row['functional_unit'] === 'operation' ? '1000' : '1');
    expect(Number(row['sci_central_g'])).toBeCloseTo(Number(row['operational_central_g']) + Number(row['embodied_central_g']), 15);
  }
});

it('where nothing could be read every row has its reason and no number', () => {
  for (const row of [...read(energyCsv(unavailable)), ...read(impactCsv(unavailable))]) {
    expect(row).toMatchObject({ method: 'unavailable', status: 'missing', note: 'no CPU time is on record' });
    for (const [name, cell] of Object.entries(row)) if (/_(low|central|high)(_|$)/.test(name)) expect([name, cell]).toEqual([name, '']);
  }
});

it('every figure of energy, carbon and break-even stands with its rung, its cache state and whether it was emulated', () => {
  const [cell] = measured.cells;
  if (!cell) throw new Error('the golden run has no cells');
  const other: typeof cell = {
    ...cell,
    id: 'other',
    runner: 'vm',
    variant: 'small',
    workload: 'noop',
    rung: 'vmm',
    cacheState: 'page-warm',
  };
  const cells = [other, { ...other, id: 'cold', cacheState: 'disk-cold' as const }];
  const imitated = <Row extends { runner: string }>(row: Row): Row => (row.runner === 'vm' ? { ...row, emulated: true } : row);
  const { units, impacts, breakEvens } = measured.energy;
  const one = units.map((unit) => (unit.runner === 'vm' && unit.unit === 'cold-start' ? { ...unit, cells: ['cold'] } : unit));
  const energy = { ...measured.energy, units: one.map(imitated), impacts: impacts.map(imitated), breakEvens: breakEvens.map(imitated) };
  const model: ReportModel = { ...measured, cells, energy };
  const vm = (text: string): Row[] => read(text).filter(({ runner }) => runner === 'vm');
  for (const csv of [energyCsv, impactCsv]) {
    expect(vm(csv(model))[0]).toMatchObject({ rung: 'vmm', cache_state: 'disk-cold', emulated: 'true', n: '10' });
    expect(read(csv(model))[0]).toMatchObject({ runner: 'process', rung: '', emulated: 'false' });
  }
  const hour = vm(energyCsv(model)).find(({ functional_unit }) => functional_unit === 'instance-hour-idle');
  expect(hour).toMatchObject({ cache_state: 'page-warm disk-cold' });
  expect(vm(breakEvenCsv(model))[0]).toMatchObject({ rung: 'vmm', cache_state: 'disk-cold', emulated: 'true' });
});

it('impact.csv has no grams of making a host where there is no score', () => {
  const embodiedG = { low: 1, central: 2, high: 3 };
  const impacts = unavailable.energy.impacts.map((impact) => ({ ...impact, embodiedG }));
  const rows = read(impactCsv({ ...unavailable, energy: { ...unavailable.energy, impacts } }));
  expect(rows.map((row) => row['embodied_central_g'])).toEqual(rows.map(() => ''));
});

it('the ids in energy.csv are rows of coefficients.csv', () => {
  const known = read(coefficientsCsv(measured)).map(({ coefficient }) => coefficient);
  const used = read(energyCsv(measured)).flatMap(({ coefficients = '' }) => coefficients.split(' ').filter((id) => id !== ''));
  expect(used.length).toBeGreaterThan(0);
  expect(known).toEqual(expect.arrayContaining(used));
});

it('datapackage.json says of every file what holds for every row of it', () => {
  const packaged = JSON.parse(dataPackage(measured)) as {
    resources: {
      name: string;
      schema: { fields: { name: string; type: string; constraints?: { enum?: string[]; required?: boolean } }[] };
    }[];
  };
  for (const [name, csv] of Object.entries(FILES)) {
    const fields = packaged.resources.find((resource) => resource.name === name)?.schema.fields ?? [];
    const rows = [measured, unavailable].flatMap((model) => read(csv(model)));
    expect(fields.map((field) => field.name)).toEqual(csv(measured).split('\r\n')[0]?.split(','));
    for (const { name: column, type, constraints } of fields) {
      const cells = rows.map((row) => row[column] ?? '');
      const filled = cells.filter((cell) => cell !== '');
      if (constraints?.required) expect([column, filled.length]).toEqual([column, cells.length]);
      if (constraints?.enum) expect(constraints.enum).toEqual(expect.arrayContaining([...new Set(filled)]));
      if (type !== 'string') expect([column, filled.every((cell) => Number.isFinite(Number(cell)))]).toEqual([column, true]);
    }
  }
});
