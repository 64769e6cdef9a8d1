import {
  densityOf,
  densityPanels,
  firstWord,
  fleetTitle,
  headlineFits,
  limitText,
  notVerified,
  predictedText,
  rungOf,
  slopeText,
  verifiedText,
} from './fleets.ts';
import type { Density, MemoryFit } from '../core/model/density.ts';
import { bounds, quantity, scaleFor, significant } from './format.ts';
import { type Align, type Line, tableLines } from './text-layout.ts';
import { grouped, type View } from './view.ts';
import { cellName } from './words.ts';

/** What the fleets of one scenario showed: a line per technology. */
export function fleetBlocks(view: View, scenario: string, width: number, dim: (text: string) => string): string[][] {
  const fits = (['hold', 'place'] as const)
    .flatMap((activity) => headlineFits(view, activity))
    .filter((panel) => panel.scenario === scenario);
  const slopes = [...grouped(fits, ({ workload }) => workload).values()].flatMap((panels) => {
    const [first, second] = panels;
    return first ? [slopeLines(view, first.fits, second?.fits ?? [], width, dim)] : [];
  });
  const densities = densityPanels(view)
    .filter(([first]) => first?.cell.scenario === scenario)
    .map((panel) => {
      const lines = panel.map(({ density, cell }) => densityLine(cellName(cell), density));
      const titles = [`Density, ${panel[0]?.cell.workload ?? ''}`, 'predicted', 'verified', 'per GiB', 'limit'];
      return tableLines(titles, ['left', 'right', 'right', 'right', 'left'], lines, width, dim);
    });
  return [...slopes, ...densities];
}

/** `other`: the same technologies in the scenario's second state, of which one column is enough. */
function slopeLines(
  view: View,
  fits: readonly MemoryFit[],
  other: readonly MemoryFit[],
  width: number,
  dim: (text: string) => string,
): string[] {
  const [first] = fits;
  const isRamped = fits.some((fit) => densityOf(view, fit));
  const titles = [
    `Memory, ${first?.workload ?? ''}, ${first?.state ?? ''}`,
    's',
    '95 % CI',
    'F',
    ...(other.length > 0 ? [other[0]?.state === 'after-first-request' ? 's asked once' : `s ${other[0]?.state ?? ''}`] : []),
    ...(isRamped ? ['verified', 'limit'] : []),
  ];
  const align: Align[] = ['left', 'right', 'left', 'right', ...(other.length > 0 ? (['right'] as const) : []), 'right', 'left'];
  const lines: Line[] = [];
  let rung = '';
  for (const fit of fits) {
    const next = rungOf(view, fit);
    if (next !== rung) lines.push({ heading: `rung ${next}` });
    rung = next;
    const second = other.find(({ runner, variant }) => runner === fit.runner && variant === fit.variant);
    lines.push(slopeLine(view, fit, [...(other.length > 0 ? [slopeOnly(second)] : []), ...(isRamped ? packed(densityOf(view, fit)) : [])]));
  }
  return tableLines(titles, align.slice(0, titles.length), lines, width, dim);
}

function slopeLine(view: View, fit: MemoryFit, further: readonly string[]): Line {
  const name = fleetTitle(view, fit);
  const { slope, intercept, unit, invalid, note } = fit;
  if (!slope) return { name, words: slopeText(fit) };
  const { estimate: each, interval } = slope;
  const range = interval ? bounds(interval, unit, scaleFor(each, unit)) : '';
  const marks = [invalid === undefined ? '' : `invalid, not used: ${firstWord(invalid)}`, slope?.interval ? '' : (note ?? '')].filter(
    (text) => text !== '',
  );
  return {
    cells: [name, quantity(each, unit), range, intercept ? quantity(intercept.estimate, unit) : 'none', ...further],
    after: marks.join('; '),
  };
}

function slopeOnly(fit: MemoryFit | undefined): string {
  return fit?.slope ? quantity(fit.slope.estimate, fit.unit) : 'no line';
}

function packed(density: Density | undefined): readonly string[] {
  if (!density) return ['no ramp', ''];
  return density.median === undefined ? ['cut off', 'none'] : [String(density.median), density.limit ?? 'none'];
}

function densityLine(name: string, density: Density): Line {
  const { predicted, median, instancesPerGib } = density;
  if (median === undefined) return { name, words: notVerified(density) };
  return {
    cells: [
      name,
      predicted ? predictedText(density) : 'none',
      verifiedText(density),
      instancesPerGib === undefined ? 'unknown' : significant(instancesPerGib),
      density.limit ?? 'none',
    ],
    after: [limitNote(density), predicted ? '' : predictedText(density)].filter((text) => text !== '').join('; '),
  };
}

/** Where not every ramp ended on the same limit. */
function limitNote(density: Density): string {
  const text = limitText(density);
  return text === density.limit ? '' : `limits: ${text}`;
}
