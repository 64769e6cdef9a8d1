import { BenchError } from '../../core/model/error.ts';
import { IDENTIFIER_PATTERN } from '../../core/model/vocabulary.ts';

/**
 * An identifier as it goes into a CSV cell: no quote, no comma, no formula start.
 * @throws BenchError `csv-identifier`: the record holds a word that its schema refuses
 */
export function identifierCell(value: string | undefined): string {
  if (value === undefined || value === '') return '';
  if (IDENTIFIER_PATTERN.test(value)) return value;
  const message = `${JSON.stringify(value)} is no identifier and cannot go into a CSV column of identifiers`;
  throw new BenchError({ code: 'csv-identifier', message, remedy: 'the record was changed by hand; restore it' });
}

/**
 * A number in JSON grammar, which every reader of CSV understands; shortest text that gives the same double back.
 * @throws BenchError `csv-number` for NaN or infinity: a missing number is an empty cell with a status, never a stand-in
 */
export function numberCell(value: number | undefined): string {
  if (value === undefined) return '';
  if (Number.isFinite(value)) return JSON.stringify(value);
  throw new BenchError({ code: 'csv-number', message: `${value} is no number for a CSV cell` });
}

const FORMULA_START = /^[=+\-@]/;

/**
 * Free text on one line. Control characters become blanks; a text that a spreadsheet would take for a formula (it starts with
 * `=`, `+`, `-` or `@`) gets a leading apostrophe (OWASP ASVS 1.2.10). Only columns of words do this: numbers stay numbers.
 */
export function textCell(value: string | undefined): string {
  if (value === undefined) return '';
  const line = value.replaceAll(/\p{Cc}+/gu, ' ').trim();
  return FORMULA_START.test(line) ? `'${line}` : line;
}
