import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../core/model/outcome.ts';
import type { ReportModel } from '../../core/model/report.ts';
import { goldenFleets, goldenReport } from '../testing/golden-run.ts';
import { type Column, sampleColumns, summaryColumns } from './columns.ts';
import { dataPackage } from './data-package.ts';
import { densityColumns } from './density-columns.ts';
import { densityCsv } from './density-csv.ts';
import { differenceColumns } from './difference-columns.ts';
import { differencesCsv } from './differences-csv.ts';
import { breakEvenColumns, coefficientColumns, energyColumns, impactColumns } from './energy-columns.ts';
import { memoryFitColumns } from './memory-fit-columns.ts';
import { memoryFitsCsv } from './memory-fits-csv.ts';
import { samplesCsv } from './samples-csv.ts';
import { summaryCsv } from './summary-csv.ts';

const model = goldenReport();
type Row = Readonly<Record<string, string>>;
const read = (text: string): Row[] => parse<Row>(text, { columns: true, record_delimiter: '\r\n' });
const samples = read(samplesCsv(model));
const summaries = read(summaryCsv(model));
const differences = read(differencesCsv(model));
const find = (rows: readonly Row[], wanted: Row): Row => {
  const found = rows.filter((row) => Object.entries(wanted).every(([name, value]) => row[name] === value));
  expect(found).toHaveLength(1);
  return found[0]!;
};

describe('samples.csv', () => {
  it('has one row per sample, each with a status, and a value or a reason', () => {
    expect(samples).toHaveLength(model.samples.length);
    for (const row of samples) {
      expect(['ok', 'unavailable', 'failed', 'invalid']).toContain(row['status']);
      expect(row['value'] !== '').toBe(row['status'] === 'ok' || row['status'] === 'invalid');
      expect(row['reason'] !== '').toBe(row['status'] !== 'ok');
    }
  });

  it('names what was measured, where and how in every row', () => {
    expect(find(samples, { trial: 'start.r0001.p002', metric: 'cold_start' })).toMatchObject({
      schema_version: '1',
      run_id: '20261124-041500-ab12',
      host_key: model.manifest.host.key,
      scenario: 'start',
      round: '1',
      position: '2',
      unit: 's',
      role: 'instance',
    });
    const container = find(samples, { cell: 'start:container/runc-scratch/noop', round: '1', metric: 'cold_start' });
    expect(container).toMatchObject({
      cell_role: 'subject',
      runner: 'container',
      variant: 'runc-scratch',
      workload: 'noop',
      activity: 'run',
      rung: 'docker-engine',
      cache_state: 'page-warm',
      factor_runtime: 'runc',
      factor_image: 'scratch',
      factor_compile_mode: '',
    });
  });

  it('keeps failed, censored and invalid rows apart', () => {
    const cold = (round: string): Row => find(samples, { cell: 'start:container/runc-scratch/noop', round, metric: 'cold_start' });
    expect(cold('3')).toMatchObject({ value: '', status: 'failed', reason: 'timeout', censored_after: '60' });
    expect(cold('5')).toMatchObject({ value: '', status: 'failed', reason: 'wrong-output', censored_after: '' });
    expect(cold('7')).toMatchObject({ status: 'invalid', reason: 'host-steal' });
    expect(Number(cold('7')['value'])).toBeGreaterThan(0.3);
  });

  it('gives the readings of the host a row without a cell of the plan', () => {
    expect(find(samples, { trial: 'host.start.1', metric: 'host_control' })).toMatchObject({
      cell: 'start:host/control/fixed-js',
      cell_role: '',
      runner: 'host',
      role: 'host',
      status: 'ok',
    });
  });
});

describe('summary.csv', () => {
  it('prints the summary that the report model holds, number by number', () => {
    expect(summaries).toHaveLength(model.summaries.length);
    for (const summary of model.summaries) {
      const row = find(summaries, { cell: summary.cell, metric: summary.metric, role: summary.role });
      const number = (value: number | undefined): string => (value === undefined ? '' : JSON.stringify(value));
      expect(row).toMatchObject({
        n_ok: String(summary.counts.ok),
        n_censored: String(summary.counts.censored),
        median: number(summary.median),
        ci_low: number(summary.interval?.low),
        ci_high: number(summary.interval?.high),
        ci_method: summary.interval?.method ?? 'none',
        ratio: number(summary.ratio?.estimate),
        ratio_ci_low: number(summary.ratio?.interval?.low),
        ratio_ci_high: number(summary.ratio?.interval?.high),
        ratio_pairs: number(summary.ratio?.pairs),
        reference: summary.ratio?.reference ?? '',
      });
    }
  });

  it('says in words what is missing and why', () => {
    expect(find(summaries, { cell: 'start:v8/node/noop', metric: 'cold_start' })).toMatchObject({
      status: 'missing',
      reasons: 'exit-code ×12',
      median: '',
      ci_method: 'none',
    });
    expect(find(summaries, { cell: 'start:container/runc-scratch/noop', metric: 'cold_start' })['status']).toBe('partial');
  });
});

describe('differences.csv', () => {
  it('has one row per difference, with a number and its interval, or the reason why there is none', () => {
    expect(differences).toHaveLength(model.differences.length);
    for (const row of differences) {
      expect(row['estimate'] === '').toBe(row['status'] === 'missing');
      expect(row['ci_low'] !== '').toBe(row['status'] === 'complete');
      expect(row['note'] !== '').toBe(row['status'] !== 'complete');
    }
    expect(find(differences, { difference: 'engine' })).toMatchObject({
      of: 'start:container/runc-scratch/noop',
      from: 'start:process/native/noop',
      differs: 'rung host-process → docker-engine; image – → scratch; runtime – → runc',
      pairs: '9',
      unit: 's',
      ci_method: 'signed-rank-hl',
    });
    expect(find(differences, { difference: 'base-image' })).toMatchObject({ status: 'missing', ci_method: 'none', pairs: '0' });
  });
});

describe('fleets', () => {
  const fleets = goldenFleets();

  it('have their size and state in every row of samples.csv and summary.csv, single instances have neither', () => {
    for (const rows of [read(samplesCsv(fleets)), read(summaryCsv(fleets))]) {
      const fleet = rows.filter(({ cell }) => cell === 'memory:container/runc-scratch/hold:n8:after-first-request');
      expect(fleet.length).toBeGreaterThan(0);
      for (const row of fleet) expect(row).toMatchObject({ activity: 'hold', instances: '8', state: 'after-first-request' });
    }
    expect(new Set(samples.map(({ instances, state }) => `${instances}${state}`))).toEqual(new Set(['']));
  });

  it('have files with a header only where no scenario asks for any', () => {
    for (const text of [memoryFitsCsv(model), densityCsv(model)]) expect(text.split('\r\n')).toHaveLength(2);
  });

  it('keep a cell whose ramps never began', () => {
    const [first] = fleets.densities;
    const row = read(densityCsv({ ...fleets, densities: [{ ...first!, ramps: [], verified: [] }] }));
    expect(row).toMatchObject([{ cell: 'density:process/native/hold', status: 'missing', trial: '', ramps: '0', predicted: '72' }]);
  });
});

describe('all files', () => {
  it('are RFC 4180 without byte order mark, the same bytes every time', () => {
    const fleets = goldenFleets();
    for (const text of [samplesCsv(model), summaryCsv(model), differencesCsv(model), memoryFitsCsv(fleets), densityCsv(fleets)]) {
      expect(text.endsWith('\r\n')).toBe(true);
      expect(text.startsWith('schema_version,run_id,')).toBe(true);
      expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    }
    expect(samplesCsv(goldenReport())).toBe(samplesCsv(model));
    expect(summaryCsv(goldenReport())).toBe(summaryCsv(model));
  });

  it('give every value and every reason back, whatever they are', () => {
    const reason = fc.string({ unit: 'binary', minLength: 1 });
    const value = fc.double({ noNaN: true, noDefaultInfinity: true });
    const outcome: fc.Arbitrary<Outcome> = fc.oneof(
      fc.record({ status: fc.constant('ok' as const), value }),
      fc.record({ status: fc.constant('unavailable' as const), reason }),
      fc.record({ status: fc.constant('invalid' as const), rule: reason, value }),
    );
    fc.assert(
      fc.property(fc.array(outcome, { minLength: 1, maxLength: 20 }), (outcomes) => {
        const base = model.samples[0]!;
        const made: ReportModel = { ...model, samples: outcomes.map((one) => ({ ...base, outcome: one })) };
        for (const [index, row] of read(samplesCsv(made)).entries()) {
          const one = outcomes[index]!;
          expect(row['status']).toBe(one.status);
          if ('value' in one) expect(Math.abs(Number(row['value']))).toBe(Math.abs(one.value));
          if (one.status === 'unavailable') {
            expect(row['reason']?.replace(/^'(?=[=+\-@])/, '')).toBe(one.reason.replaceAll(/\p{Cc}+/gu, ' ').trim());
          }
        }
      }),
    );
  });
});

describe('datapackage.json', () => {
  const packaged = JSON.parse(dataPackage(model)) as {
    name: string;
    resources: {
      path: string;
      schema: { fields: { name: string; type: string; constraints?: { enum?: string[]; required?: boolean } }[] };
    }[];
  };

  it('describes exactly the columns of every file, and what it says holds for every row', () => {
    const fleets = goldenFleets();
    const tables = [samples, summaries, differences, read(memoryFitsCsv(fleets)), read(densityCsv(fleets))];
    for (const [index, rows] of tables.entries()) {
      const { fields } = packaged.resources[index]!.schema;
      expect(fields.map(({ name }) => name)).toEqual(Object.keys(rows[0]!));
      for (const { name, type, constraints } of fields) {
        const cells = rows.map((row) => row[name] ?? '');
        const filled = cells.filter((cell) => cell !== '');
        if (constraints?.required) expect([name, filled.length]).toEqual([name, cells.length]);
        if (constraints?.enum) expect(constraints.enum).toEqual(expect.arrayContaining([...new Set(filled)]));
        if (type !== 'string') expect([name, filled.every((cell) => Number.isFinite(Number(cell)))]).toEqual([name, true]);
        if (type === 'integer') expect([name, filled.every((cell) => /^\d+$/.test(cell))]).toEqual([name, true]);
      }
    }
    expect(packaged.name).toMatch(/^[a-z0-9._-]+$/);
    expect(packaged.resources.map(({ path }) => path)).toEqual([
      'samples.csv',
      'summary.csv',
      'differences.csv',
      'memory-fits.csv',
      'density.csv',
      'energy.csv',
      'impact.csv',
      'break-even.csv',
      'coefficients.csv',
    ]);
  });
});

describe('the data dictionary in results/README.md', () => {
  it.each([
    ['samples.csv', sampleColumns(['<name>']) as readonly Column<never>[]],
    ['summary.csv', summaryColumns(['<name>']) as readonly Column<never>[]],
    ['differences.csv', differenceColumns() as readonly Column<never>[]],
    ['memory-fits.csv', memoryFitColumns() as readonly Column<never>[]],
    ['density.csv', densityColumns() as readonly Column<never>[]],
    ['energy.csv', energyColumns() as readonly Column<never>[]],
    ['impact.csv', impactColumns() as readonly Column<never>[]],
    ['break-even.csv', breakEvenColumns() as readonly Column<never>[]],
    ['coefficients.csv', coefficientColumns() as readonly Column<never>[]],
  ])('lists every column of %s as the code has it', (_, columns) => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    for (const { name, type, description, values } of columns) {
      const words = values ? ` One of: ${values.join(', ')}.` : '';
      expect(readme).toContain(`| \`${name}\` | ${type} | ${description}.${words} |`);
    }
  });
});
