import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { ReportModel } from '../../core/model/report.ts';
import { densityCsv } from '../csv/density-csv.ts';
import { memoryFitsCsv } from '../csv/memory-fits-csv.ts';
import { goldenFleets, goldenFleetsText } from '../testing/golden-run.ts';

type Row = Readonly<Record<string, string>>;
const rows = (text: string): Row[] => parse<Row>(text, { columns: true });

const model = goldenFleets();
const fits = rows(memoryFitsCsv(model));
const ramps = rows(densityCsv(model));
/** Written by results/golden/recompute-fleets.py, which shares no code with the suite. */
const expectedFits = rows(goldenFleetsText('expected-memory-fits.csv'));
const expectedRamps = rows(goldenFleetsText('expected-density.csv'));

/** Every column that the second computation has, under its name; numbers relative to 1e-9: both compute in doubles, in a different order. */
function agrees(row: Row | undefined, wanted: Row): void {
  for (const [name, cell] of Object.entries(wanted)) {
    const actual = row?.[name];
    const number = cell === '' ? Number.NaN : Number(cell);
    if (Number.isNaN(number)) expect([name, actual]).toEqual([name, cell]);
    else expect(Math.abs(Number(actual) - number), `${name}: ${actual} for ${cell}`).toBeLessThanOrEqual(1e-9 * Math.abs(number) + 1e-18);
  }
}

describe('the golden run with fleets and ramps', () => {
  it('fits the schema of the report', () => {
    expect(ReportModel.parse(model)).toEqual(model);
  });

  it('has exactly the lines and ramps that the second computation finds', () => {
    const names = (table: readonly Row[], columns: readonly string[]) => table.map((row) => columns.map((name) => row[name]));
    const key = ['runner', 'variant', 'workload', 'state', 'metric', 'role'];
    expect(names(fits, key)).toEqual(names(expectedFits, key));
    expect(names(ramps, ['cell', 'trial'])).toEqual(names(expectedRamps, ['cell', 'trial']));
  });

  it.each(expectedFits.map((wanted, index) => ({ ...wanted, index, wanted })))(
    'agrees with the second computation: $runner $workload $state $metric $role',
    ({ index, wanted }) => agrees(fits[index], wanted),
  );

  it.each(expectedRamps.map((wanted, index) => ({ ...wanted, index, wanted })))(
    'agrees with the second computation: $trial',
    ({ index, wanted }) => agrees(ramps[index], wanted),
  );

  it('is derived to the same bytes every time', () => {
    const again = goldenFleets();
    expect(memoryFitsCsv(again)).toBe(memoryFitsCsv(model));
    expect(densityCsv(again)).toBe(densityCsv(model));
    expect(JSON.stringify(again)).toBe(JSON.stringify(model));
  });

  it('says in words what does not count and what is missing', () => {
    const of = (wanted: Row): Row | undefined => fits.find((row) => Object.entries(wanted).every(([name, cell]) => row[name] === cell));
    expect(of({ runner: 'docker-wasm', metric: 'memory_unreclaimable', role: 'total' })?.['invalid']).toMatch(
      /^leak: memory of role daemon before a trial rises by \d+ B \[\d+, \d+\] per instance started \(n = 20 trials in 4 rounds, 60 instances\), \d+\.\d % of the 2\d+ B/,
    );
    expect(of({ runner: 'container', state: 'idle', role: 'shim' })?.['note']).toMatch(
      /^left out: counted in the group of role daemon ×\d+/,
    );
    expect(of({ runner: 'container', state: 'idle', metric: 'memory_host_used' })?.['residual']).toMatch(
      /^the growth of the host’s used memory shows 1\d+ B .* \(3\d\.\d %\) more than the groups’ unreclaimable memory/,
    );
    const ramp = (trial: string): Row | undefined => ramps.find((row) => row['trial'] === trial);
    expect(ramp('density.r0001.p000')?.['predicted_from']).toMatch(
      /^no prediction: the fit of memory:docker-wasm.* does not count \(leak: /,
    );
    expect(ramp('density-host.r0001.p000')).toMatchObject({ status: 'failed', failure: 'interrupted', instances: '512' });
  });

  it('judges the injected memory and the leaks of every technology', () => {
    const checks = model.verdicts.filter(({ id }) => id.startsWith('injected.') || id.startsWith('leak.'));
    expect(checks.map(({ id, status }) => [id, status])).toEqual([
      ['injected.process/native.hold-1mib.idle', 'pass'],
      ['leak.container.daemon', 'pass'],
      ['leak.docker-wasm.daemon', 'fail'],
      // no daemon, and the host's memory swings by more than a tenth of a process
      ['leak.process.host', 'inconclusive'],
    ]);
  });
});
