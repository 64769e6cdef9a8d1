import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Frequency, SelftestReport } from '../../core/model/gate-selftest.ts';
import { clopperPearsonLower, clopperPearsonUpper } from '../../results/stats/binomial.ts';
import { syntheticSelftest } from '../../results/gate/selftest/synthetic-selftest.ts';
import { renderSelftest, selftestPage } from './selftest.ts';
import { effectText, gateTable, rulesTable, type SelftestTable, shareText, withBound } from './selftest-tables.ts';

/** What was measured on real engines stands at its end and is not simulated again. */
const PAGE = readFileSync(new URL('../../docs/gate-error-rates.md', import.meta.url), 'utf8').replace(/\n## On real engines\n[^]*$/, '');

/** Runs simulated again; the first of the same seed as on the page. */
const AGAIN = 40;

const frequency = (count: number, of: number): Frequency => ({
  count,
  of,
  share: count / of,
  lower: clopperPearsonLower(count, of, 0.95),
  upper: clopperPearsonUpper(count, of, 0.95),
});

function commandOnPage(): { readonly runs: number; readonly seed: number; readonly date: string } {
  const found = /^`thirdwave gate selftest --synthetic --runs (\d+) --seed (\d+)`, (\d{4}-\d\d-\d\d)\./m.exec(PAGE)!;
  return { runs: Number(found[1]), seed: Number(found[2]), date: found[3]! };
}

/** Every cell of a page's tables, in order. */
function cellsOfPage(page: string): string[] {
  return page
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.includes('---'))
    .flatMap((line) => line.slice(2, -2).split(' | '));
}

function again(): SelftestReport {
  return syntheticSelftest({ runs: AGAIN, seed: commandOnPage().seed });
}

const masked = (page: string): string =>
  page
    .replaceAll(/; too few runs to show it at 95 %|[<>] (?=\d)/g, '')
    .replaceAll(/^- [✓✗?] /gm, '- ')
    .replaceAll(/\d+(\.\d+)?/g, '#');

describe('page of the gate’s error rates', () => {
  const report = again();

  it('was made by this code: the same sentences, rules, noise and rows, from at least 2,000 runs', () => {
    const { runs, date } = commandOnPage();
    expect(runs).toBeGreaterThanOrEqual(2000);
    expect(masked(PAGE)).toBe(masked(selftestPage(report, date)));
    const fixed = (page: string): string[] => page.split('\n').filter((line) => /^- (\*\*|same rounds|mean ratio)/.test(line));
    expect(fixed(PAGE)).toEqual(fixed(selftestPage(report, date)));
    expect(PAGE).toContain(`${runs} runs of 12 gates for each noise and effect`);
  });

  it('has numbers that the same seed gives again, as far as so few runs can tell', () => {
    const [stored, fresh] = [cellsOfPage(PAGE), cellsOfPage(selftestPage(report, ''))];
    expect(stored).toHaveLength(fresh.length);
    let compared = 0;
    for (const [index, text] of stored.entries()) {
      const [kept, now] = [text, fresh[index]!].map((each) => /^(\d+(?:\.\d+)?) %/.exec(each)?.[1]);
      if (kept === undefined || now === undefined) continue;
      // as if all cells were shares of AGAIN runs: those of gates rest on more
      const count = Math.round((Number(now) / 100) * AGAIN);
      expect(Number(kept) / 100, `cell ${index}: ${text} on the page, ${fresh[index]} now`).toBeLessThanOrEqual(
        clopperPearsonUpper(count, AGAIN, 0.99999),
      );
      expect(Number(kept) / 100, `cell ${index}: ${text} on the page, ${fresh[index]} now`).toBeGreaterThanOrEqual(
        clopperPearsonLower(count, AGAIN, 0.99999),
      );
      compared += 1;
    }
    expect(compared).toBeGreaterThan(400);
  });

  it('keeps every promise, and shows those on false failures and detection at 95 %', () => {
    const promises = PAGE.split('\n').filter((line) => /^- [✓✗?] /.test(line));
    expect(promises).toHaveLength(15);
    expect(promises.filter((line) => line.startsWith('- ✗'))).toEqual([]);
    expect(promises.filter((line) => line.startsWith('- ?') !== line.includes('too few runs'))).toEqual([]);
    expect(promises.filter((line) => line.startsWith('- ?') && !line.includes(' pass, '))).toEqual([]);
  });
});

describe('selftest in the terminal', () => {
  const report = syntheticSelftest({ runs: 3, seed: 1, signedRank: true });

  it.each([60, 80, 110, 140])('is never wider than %i columns', (width) => {
    const text = renderSelftest(report, { width, bold: (each) => each });
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(width);
  });

  it('names every rule and noise, and the failed promise with a cross', () => {
    const failed: SelftestReport = { ...report, claims: report.claims.map((claim) => ({ ...claim, holds: false, shown: false })) };
    const text = renderSelftest(failed, { width: 110, bold: (each) => each });
    for (const word of ['log-normal', 'bimodal', 'gate, with signed ranks', 'last value ratio > 2', 'base first', '✗ step'])
      expect(text).toContain(word);
    expect(text).not.toContain('✓');
    const unshown = { ...report, claims: report.claims.map((claim) => ({ ...claim, holds: true, shown: false })) };
    expect(renderSelftest(unshown, { width: 110, bold: (each) => each })).not.toMatch(/[✓✗]/);
  });

  it('has as many cells in each row as titles', () => {
    const check = ({ titles, groups }: SelftestTable): void => {
      for (const row of groups.flatMap(({ rows }) => rows)) expect(row).toHaveLength(titles.length);
    };
    check(gateTable(report));
    check(rulesTable(report));
    expect(rulesTable(report).groups[0]!.rows).toHaveLength(14);
  });
});

describe('words of shares', () => {
  it('write none and all whole, the rest with the digits that matter', () => {
    expect([0, 1, 3, 1000, 1999, 2000].map((count) => shareText(frequency(count, 2000)))).toEqual([
      '0 %',
      '0.05 %',
      '0.15 %',
      '50.0 %',
      '99.95 %',
      '100 %',
    ]);
    expect(withBound(frequency(0, 300))).toBe('0 % (≤ 0.99 %)');
    expect([shareText(frequency(1, 24_000)), shareText(frequency(23_999, 24_000))]).toEqual(['< 0.01 %', '> 99.99 %']);
    expect([shareText(undefined), withBound(undefined)]).toEqual(['–', '–']);
    expect([0.2, -0.2, 0.05].map(effectText)).toEqual(['+20 %', '−20 %', '+5 %']);
  });
});
