import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { identifierCell, numberCell, textCell } from './cell-values.ts';

describe('CSV cells', () => {
  it('hold numbers in JSON grammar that give the same double back', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = numberCell(value);
        expect(text).toMatch(/^-?(0|[1-9]\d*)(\.\d+)?(e[+-]\d+)?$/);
        expect(Number(text) === value || Object.is(value, -0)).toBe(true);
      }),
    );
    expect(numberCell(undefined)).toBe('');
    expect(() => numberCell(Number.NaN)).toThrow('is no number');
    expect(() => numberCell(Number.POSITIVE_INFINITY)).toThrow('is no number');
  });

  it('hold identifiers as they are and refuse everything else', () => {
    expect(identifierCell('s:container/runc-scratch/noop:twin')).toBe('s:container/runc-scratch/noop:twin');
    expect(identifierCell(undefined)).toBe('');
    for (const bad of ['=1+1', '-x', 'a b', 'a"b', 'a,b', 'a\n', '@x', '+x', 'ü'])
      expect(() => identifierCell(bad)).toThrow('no identifier');
  });

  it.each([
    ['=HYPERLINK("x")', '\'=HYPERLINK("x")'],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'=1"],
    ['\r\n=1', "'=1"],
    ['two\r\nlines', 'two lines'],
    ['plain = text', 'plain = text'],
  ])('hold the text %j as %j: no spreadsheet takes it for a formula', (text, cell) => {
    expect(textCell(text)).toBe(cell);
  });

  it('never start with a formula sign or hold a control character, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(textCell(text)).not.toMatch(/^[=+\-@\t\r]|\p{Cc}/u);
      }),
    );
  });
});
