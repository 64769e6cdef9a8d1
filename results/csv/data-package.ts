import type { ReportModel } from '../../core/model/report.ts';
import { IDENTIFIER_PATTERN } from '../../core/model/vocabulary.ts';
import { type Column, sampleColumns, summaryColumns } from './columns.ts';
import { densityColumns } from './density-columns.ts';
import { differenceColumns } from './difference-columns.ts';
import { memoryFitColumns } from './memory-fit-columns.ts';
import { breakEvenColumns, coefficientColumns, energyColumns, impactColumns } from './energy-columns.ts';
import { factorNames } from './rows.ts';

/** datapackage.json (Data Package v2): what the CSV files hold, column by column, for machines and for people. */
export function dataPackage(model: ReportModel): string {
  const factors = factorNames(model);
  const document = {
    $schema: 'https://datapackage.org/profiles/2.0/datapackage.json',
    name: `thirdwave-run-${model.manifest.runId.toLowerCase().replaceAll(/[^a-z0-9._-]/g, '-')}`,
    title: `thirdwave run ${model.manifest.runId}`,
    description: model.scenarios.map(({ question }) => question).join(' '),
    created: model.manifest.startedAt,
    resources: [
      resource('samples', 'Every number of the run, one per row', sampleColumns(factors)),
      resource('summary', 'One cell × metric × role per row, n counts rounds', summaryColumns(factors)),
      resource('differences', 'One difference of two cells per row, n counts paired rounds', differenceColumns()),
      resource('memory-fits', 'One line of memory against the number of instances per row', memoryFitColumns()),
      resource('density', 'One density ramp per row, beside what was predicted', densityColumns()),
      resource('energy', 'Energy of one functional unit of one technology by one method per row', energyColumns()),
      resource('impact', 'Software Carbon Intensity of one functional unit of one technology by one method per row', impactColumns()),
      resource('break-even', 'Keep-warm against scale-to-zero, one technology, method and basis per row', breakEvenColumns()),
      resource('coefficients', 'Every number of the energy files that was not measured in this run', coefficientColumns()),
    ],
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

function resource<Row>(name: string, title: string, columns: readonly Column<Row>[]): unknown {
  return {
    name,
    type: 'table',
    title,
    path: `${name}.csv`,
    format: 'csv',
    mediatype: 'text/csv',
    encoding: 'utf-8',
    dialect: { header: true, delimiter: ',', lineTerminator: '\r\n', quoteChar: '"', doubleQuote: true },
    schema: { fields: columns.map((column) => field(column)), missingValues: [''] },
  };
}

function field<Row>({ name, type, description, required, values }: Column<Row>): unknown {
  const constraints = {
    ...(required ? { required: true } : {}),
    ...(values ? { enum: values } : {}),
    ...(type === 'integer' ? { minimum: 0 } : {}),
    ...(name === 'cell' ? { pattern: IDENTIFIER_PATTERN.source } : {}),
  };
  return { name, type, description, ...(Object.keys(constraints).length > 0 ? { constraints } : {}) };
}
