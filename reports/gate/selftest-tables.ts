import type { Frequency, NoiseFamily, SelftestCell, SelftestMethod, SelftestReport, TrialLayout } from '../../core/model/gate-selftest.ts';
import type { Align } from '../text-layout.ts';

export interface SelftestTable {
  readonly titles: readonly string[];
  readonly align: readonly Align[];
  /** rows under the heading of a kind of noise; one group without a heading is possible */
  readonly groups: readonly { readonly heading?: string; readonly rows: readonly (readonly string[])[] }[];
}

const METHOD_WORDS: Readonly<Record<SelftestMethod, string>> = {
  gate: 'gate',
  'gate-signed-rank': 'gate, with signed ranks',
  'mean-ratio-1.1': 'mean ratio > 1.1',
  'mean-ratio-1.3': 'mean ratio > 1.3',
  'mann-whitney': 'Mann–Whitney p < 0.05',
  'mann-whitney-10-percent': 'Mann–Whitney p < 0.05 and > 10 %',
  'last-value-1.3': 'last value ratio > 1.3',
  'last-value-2': 'last value ratio > 2',
};

const LAYOUT_WORDS: Readonly<Record<TrialLayout, string>> = { interleaved: 'same rounds', separate: 'base first' };

/** The gate alone: false failures, what it finds of each effect, and what it costs in rounds. */
export function gateTable(report: SelftestReport, method: SelftestMethod = 'gate'): SelftestTable {
  const slower = report.effects.filter((effect) => effect > 0);
  const faster = report.effects.filter((effect) => effect < 0);
  const beyond = slower.filter((effect) => effect >= report.allowed && effect <= 2 * report.allowed);
  const titles = [
    'noise',
    'false fails',
    'mirrored',
    ...slower.map(effectText),
    ...faster.map(effectText),
    ...beyond.map((effect) => `${effectText(effect)} passes`),
    'open runs',
    'rounds',
    'run',
  ];
  const rows = report.families.map(({ id }) => {
    const cell = (effect: number): SelftestCell | undefined => cellOf(report, id, effect, method, 'interleaved');
    const unchanged = cell(0);
    return [
      id,
      withBound(unchanged?.falseFailures),
      shareText(unchanged?.falseImprovementsOfGates),
      ...slower.map((effect) => shareText(cell(effect)?.detected)),
      ...faster.map((effect) => shareText(cell(effect)?.improved)),
      ...beyond.map((effect) => withBound(cell(effect)?.passed)),
      shareText(unchanged?.undecidedRuns),
      roundsText(unchanged?.meanRounds?.gate),
      roundsText(unchanged?.meanRounds?.run),
    ];
  });
  return { titles, align: titles.map((_, column) => (column === 0 ? 'left' : 'right')), groups: [{ rows }] };
}

/** All rules on the same trials, a group of rows for each kind of noise. */
export function rulesTable(report: SelftestReport): SelftestTable {
  const slower = report.effects.filter((effect) => effect > 0);
  const titles = ['rule', 'trials', 'false fails', 'of gates', ...slower.map(effectText)];
  const groups = report.families.map(({ id }) => ({
    heading: id,
    rows: report.cells
      .filter(({ family, effect }) => family === id && effect === 0)
      .map(({ method, layout, falseFailures, falseFailuresOfGates }) => [
        METHOD_WORDS[method],
        LAYOUT_WORDS[layout],
        withBound(falseFailures),
        shareText(falseFailuresOfGates),
        ...slower.map((effect) => shareText(cellOf(report, id, effect, method, layout)?.detected)),
      ]),
  }));
  return { titles, align: titles.map((_, column) => (column < 2 ? 'left' : 'right')), groups };
}

/** `+20 %`, `−20 %`. */
export function effectText(effect: number): string {
  return `${effect < 0 ? '−' : '+'}${Number((100 * Math.abs(effect)).toPrecision(6))} %`;
}

/** `0.05 %`; exactly none and exactly all are written whole. */
export function shareText(frequency: Frequency | undefined): string {
  if (frequency === undefined) return '–';
  const { share, count, of } = frequency;
  if (count === 0 || count === of) return `${100 * share} %`;
  if (share < 0.00005) return '< 0.01 %';
  if (share > 0.99995) return '> 99.99 %';
  return `${(100 * share).toFixed(share < 0.01 || share > 0.99 ? 2 : 1)} %`;
}

/** `0 % (≤ 0.15 %)`: with its one-sided 95 % bound. */
export function withBound(frequency: Frequency | undefined): string {
  return frequency === undefined ? '–' : `${shareText(frequency)} (≤ ${(100 * frequency.upper).toFixed(2)} %)`;
}

function cellOf(
  report: SelftestReport,
  family: NoiseFamily,
  effect: number,
  method: SelftestMethod,
  layout: TrialLayout,
): SelftestCell | undefined {
  return report.cells.find((cell) => cell.family === family && cell.effect === effect && cell.method === method && cell.layout === layout);
}

function roundsText(rounds: number | undefined): string {
  return rounds === undefined ? '–' : rounds.toFixed(1);
}
