import { counted, estimate, quantity, ratioTo } from './format.ts';
import { fleetSentence, fleetTitle, headlineFits, rungOf } from './fleets.ts';
import { grouped, type Panel, type Row, type View } from './view.ts';
import { cellName, countsText, noInterval, notMeasured, referenceName, scenarioNote } from './words.ts';

/** One sentence about one cell; `strong` is the number the sentence is about. */
export interface Finding {
  readonly name: string;
  readonly rung: string;
  readonly strong: string;
  readonly rest: string;
}

export interface FindingGroup {
  readonly title: string;
  readonly findings: readonly Finding[];
}

const COLD_START = 'cold_start';

/**
 * What was found, in sentences: one per cell and one per fleet, with rung, interval, ratio and n. Order is the ladder's,
 * not a ranking.
 */
export function findings(view: View): FindingGroup[] {
  const coldStarts = view.panels([COLD_START]).map((panel) => ({
    title: `${panel.metric.title}, workload ${panel.workload}${scenarioNote(view, panel.rows[0]?.cell)}`,
    findings: panel.rows.map((row) => finding(view, panel, row)),
  }));
  return [...coldStarts, ...memoryFindings(view)];
}

/** What one more instance costs and how many fit; per workload in the first of its states. */
function memoryFindings(view: View): FindingGroup[] {
  const panels = grouped(headlineFits(view, 'hold'), ({ scenario, workload }) => `${scenario} ${workload}`);
  return [...panels.values()].flatMap(([panel]) =>
    panel
      ? [
          {
            title: `Memory of one more instance, workload ${panel.workload}, ${panel.state}`,
            findings: panel.fits.map((fit) => ({ name: fleetTitle(view, fit), rung: rungOf(view, fit), ...fleetSentence(view, fit) })),
          },
        ]
      : [],
  );
}

function finding(view: View, panel: Panel, row: Row): Finding {
  const { cell, summary } = row;
  const rung = `${cell.rung}, ${cell.cacheState}`;
  if (summary?.median === undefined) {
    return { name: cellName(cell), rung, strong: notMeasured(summary), rest: '' };
  }
  const strong = estimate(summary.median, summary.interval, panel.metric.unit);
  const ratio = summary.ratio ? `, ${ratioTo(summary.ratio, ratioReference(view, row, summary.ratio.reference))}` : referenceNote(row);
  const n = ` (n = ${counted(summary.counts.ok, 'round')})`;
  const counts = countsText(summary);
  const lost = counts === '' ? '' : `; ${counts}`;
  const interval = summary.interval ? '' : `; ${noInterval(summary)}`;
  return { name: cellName(cell), rung, strong, rest: `${ratio}${n}${lost}${interval}` };
}

/** A ratio across rungs names the other rung: it compares technologies, not equal work. */
function ratioReference(view: View, row: Row, id: string): string {
  const reference = view.cell(id);
  const name = referenceName(view, id);
  if (!reference || reference.rung === row.cell.rung) return name;
  return `${name} (rung ${reference.rung})`;
}

function referenceNote(row: Row): string {
  return row.cell.role === 'reference' ? ', the reference' : '';
}

/** The sentence a chart's `aria-label` carries: every median with its rung, none ranked. */
export function chartLabel(title: string, rows: readonly Row[]): string {
  const parts = rows.map(({ cell, role, summary }) => {
    const part = role === undefined || role === 'instance' ? '' : ` ${role}`;
    const name = `${cellName(cell)}${part} (${cell.rung})`;
    const value = summary?.median === undefined ? notMeasured(summary) : quantity(summary.median, summary.unit);
    return `${name} ${value}`;
  });
  return `${title}. Medians: ${parts.join('; ')}.`;
}
