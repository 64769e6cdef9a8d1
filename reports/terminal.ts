import type { ReportModel } from '../core/model/report.ts';
import type { Verdict } from '../core/model/verdict.ts';
import { differsText } from '../results/derive/derive-differences.ts';
import { bounds, counted, quantity, ratioTo, scaleFor, significant } from './format.ts';
import { energyBlocks } from './terminal-energy.ts';
import { fleetBlocks } from './terminal-fleets.ts';
import { type Line, tableLines, wrap } from './text-layout.ts';
import { grouped, type Panel, type Row, skipCauses, type View, viewOf } from './view.ts';
import {
  cellName,
  countsText,
  durationText,
  foldPassed,
  hostLine,
  noInterval,
  notMeasured,
  referenceName,
  runWarnings,
  sentence,
  statusWord,
  trialsOf,
} from './words.ts';

export interface TerminalOptions {
  readonly colour: boolean;
  /** characters per line; nothing printed is wider (a remedy's command is broken too) */
  readonly width: number;
}

const METRICS = ['cold_start', 'memory_unreclaimable'];

type Style = (text: string) => string;
interface Styles {
  readonly bold: Style;
  readonly dim: Style;
  readonly status: Readonly<Record<Verdict['status'], Style>>;
}

/**
 * The summary at the end of `bench`: a table per scenario and workload, the verdicts, and what was not
 * measured and why.
 */
export function renderTerminal(model: ReportModel, options: TerminalOptions): string {
  const view = viewOf(model);
  const width = Math.max(40, options.width);
  const styles = stylesOf(options.colour);
  const blocks = [
    head(view, width, styles),
    ...model.scenarios.flatMap((rules) => scenarioBlocks(view, rules.scenario, width, styles)),
    ...energyBlocks(model, width, styles.bold, styles.dim),
    verdictLines(view, width, styles),
    skippedLines(view, width, styles),
    noteLines(view, width, styles),
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`;
}

function head(view: View, width: number, styles: Styles): string[] {
  const { manifest } = view.model;
  return [
    ...wrap(`thirdwave · run ${manifest.runId} · ${manifest.status}`, width).map(styles.bold),
    ...wrap(hostLine(manifest), width).map(styles.dim),
    ...wrap(durationText(manifest), width).map(styles.dim),
    ...runWarnings(view.model).flatMap((text) => wrap(text, width, '! ', '  ').map(styles.status.fail)),
  ];
}

function scenarioBlocks(view: View, scenario: string, width: number, styles: Styles): string[][] {
  const { model } = view;
  const rules = model.scenarios.find((candidate) => candidate.scenario === scenario);
  const stop = model.manifest.stops.find((candidate) => candidate.scenario === scenario);
  const metrics = [...METRICS, ...view.metrics('warm_').map((metric) => metric.id)];
  const panels = view.panels(metrics).filter((panel) => panel.rules.scenario === scenario);
  const ended = stop ? `${counted(stop.rounds, 'round')}: ${stop.because}` : 'ended before its rounds were done';
  const title = [...wrap(`${scenario} · ${rules?.question ?? ''}`, width).map(styles.bold), ...wrap(ended, width, '  ').map(styles.dim)];
  const fleets = fleetBlocks(view, scenario, width, styles.dim);
  if (panels.length + fleets.length === 0) return [[...title, ...wrap(withoutPanels(model, scenario), width, '  ')]];
  return [
    title,
    ...panels.map((panel) => panelLines(view, panel, width, styles)),
    ...fleets,
    ...differenceBlocks(view, scenario, width, styles),
  ];
}

/** Windows of energy have no value per trial that is worth a line of its own: their figures are per unit and technology. */
function withoutPanels({ cells, energy }: ReportModel, scenario: string): string {
  const isWindowed = cells.some((cell) => cell.scenario === scenario && cell.activity === 'window');
  return isWindowed && energy.units.length > 0
    ? 'its figures stand under “energy and carbon”'
    : 'not measured: no cell of this scenario has a value';
}

function panelLines(view: View, panel: Panel, width: number, styles: Styles): string[] {
  const reference = panel.rows.map((row) => row.summary?.ratio?.reference).find((id) => id !== undefined);
  const titles = [
    `${panel.metric.title}, ${panel.workload}`,
    'median',
    '95 % CI',
    reference === undefined ? '' : `× ${referenceName(view, reference)}`,
    'n',
  ];
  const lines: Line[] = [];
  let layer = '';
  for (const row of panel.rows) {
    const next = `${row.cell.rung}, ${row.cell.cacheState}`;
    if (next !== layer) lines.push({ heading: `rung ${next}` });
    layer = next;
    lines.push(rowLine(row));
  }
  return [
    ...tableLines(titles, ['left', 'right', 'left', 'left', 'right'], lines, width, styles.dim),
    ...(panel.metric.id === 'cold_start' ? floorLines(view, panel, width, styles) : []),
  ];
}

/** What each layer costs, a table per workload; from → of says what else differs. */
function differenceBlocks({ model }: View, scenario: string, width: number, styles: Styles): string[][] {
  const mine = model.differences.filter((difference) => difference.scenario === scenario);
  return [...grouped(mine, ({ workload }) => workload)].map(([workload, list]) => {
    const lines = list.map((difference): Line => {
      const { title, estimate, unit, interval, pairs, note } = difference;
      if (estimate === undefined) return { name: title, words: `not measured: ${note ?? 'no pairs'}` };
      const range = interval ? bounds(interval, unit, scaleFor(estimate, unit)) : '';
      const after = [differsText(difference), note ?? ''].filter((text) => text !== '').join('; ');
      return { cells: [title, quantity(estimate, unit), range, String(pairs)], after };
    });
    const titles = [`Differences, ${workload}`, 'estimate', '95 % CI', 'pairs'];
    return tableLines(titles, ['left', 'right', 'left', 'right'], lines, width, styles.dim);
  });
}

function floorLines(view: View, panel: Panel, width: number, styles: Styles): string[] {
  const floor = view.floor(panel.rules.scenario);
  if (!floor) return [];
  const { median, metric, summary } = floor;
  const until = metric.id === 'cold_start' ? 'its first byte' : 'exit';
  const text = `floor: a do-nothing native process takes ${quantity(median, metric.unit)} from launch to ${until}`;
  return wrap(`${text} (n = ${summary.counts.ok}); never subtracted`, width, '    ').map(styles.dim);
}

function rowLine({ cell, role, summary }: Row): Line {
  const name = role === undefined || role === 'instance' ? cellName(cell) : `${cellName(cell)} ${role}`;
  if (summary?.median === undefined) return { name, words: notMeasured(summary) };
  const { median, interval, unit, ratio } = summary;
  const range = ratio?.interval ? ` [${significant(ratio.interval.low)}, ${significant(ratio.interval.high)}]` : '';
  const against = ratio ? `${significant(ratio.estimate)}${range}` : '';
  const ok = summary.counts.ok;
  const all = trialsOf(summary);
  return {
    cells: [
      name,
      quantity(median, unit),
      interval ? bounds(interval, unit, scaleFor(median, unit)) : '',
      cell.role === 'reference' ? 'reference' : against,
      ok === all ? String(ok) : `${ok} of ${all}`,
    ],
    after: [countsText(summary), interval ? '' : noInterval(summary)].filter((text) => text !== '').join('; '),
  };
}

function verdictLines(view: View, width: number, styles: Styles): string[] {
  const { verdicts } = view.model;
  if (verdicts.length === 0) return [];
  const { shown, folded } = foldPassed(verdicts);
  const lines = shown.flatMap((verdict) => {
    const { sign, word } = statusWord(verdict.status);
    const label = `  ${sign} ${word.padEnd(14)}`;
    const evidence = verdict.evidence
      ? ` ${ratioTo(verdict.evidence, referenceName(view, verdict.evidence.reference))}, ${verdict.evidence.pairs} pairs.`
      : '';
    const [first = '', ...rest] = wrap(
      `${sentence(verdict.claim)} ${sentence(verdict.because)}${evidence}`,
      width,
      label,
      ' '.repeat(label.length),
    );
    return [styles.status[verdict.status](label) + first.slice(label.length), ...rest];
  });
  const label = `  ${statusWord('pass').sign} ${statusWord('pass').word.padEnd(14)}`;
  const [first = '', ...rest] = wrap(`${folded.length} more, all passed: the report lists them.`, width, label, ' '.repeat(label.length));
  const more = folded.length === 0 ? [] : [styles.status.pass(label) + first.slice(label.length), ...rest];
  return [styles.bold('verdicts'), ...lines, ...more];
}

function skippedLines(view: View, width: number, styles: Styles): string[] {
  const causes = skipCauses(view.model);
  if (causes.length === 0) return [];
  const lines = causes.flatMap(({ reason, remedy, count, cells }) => [
    ...wrap(sentence(`${counted(count, 'cell')} not measured: ${reason}`), width, '  '),
    ...wrap(`remedy: ${remedy}`, width, '    ', '      '),
    ...wrap(cells.join(', '), width, '    ').map(styles.dim),
  ]);
  return [styles.bold('skipped'), ...lines];
}

function noteLines(view: View, width: number, styles: Styles): string[] {
  const { notes } = view.model;
  if (notes.length === 0) return [];
  const lines = notes.flatMap(({ kind, code, text, count }) => wrap(`${kind} ${code} (×${count}): ${text}`, width, '  ', '    '));
  return [styles.bold('notes'), ...lines];
}

/** SGR codes; without colour the words and signs carry everything. */
function stylesOf(colour: boolean): Styles {
  const sgr =
    (code: number): Style =>
    (text) =>
      colour ? `\u001B[${code}m${text}\u001B[0m` : text;
  const [red, green, yellow] = [sgr(31), sgr(32), sgr(33)];
  const status = { pass: green, fail: red, inconclusive: yellow, incomparable: yellow, incomplete: yellow };
  return { bold: sgr(1), dim: sgr(2), status };
}
