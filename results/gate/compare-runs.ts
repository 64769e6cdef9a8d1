import { COMPARISON_FORMAT, type Comparison, type Difference } from '../../core/model/comparison.ts';
import { BenchError, EXIT_CODES } from '../../core/model/error.ts';
import type { Cell } from '../../core/model/plan.ts';
import type { ReportModel } from '../../core/model/report.ts';
import { suggestion } from '../../core/plan/did-you-mean.ts';
import { okValues, type Series, seriesOf } from '../derive/round-values.ts';
import { keyFacts } from './baseline.ts';
import { type Comparable, type CompareRules, compareAll, outcomeOf } from './compare.ts';
import { failedText, failedTrials } from './failed-trials.ts';
import { differingFields, fieldsText } from './host-difference.ts';

export interface ComparedRun {
  readonly model: ReportModel;
  /** a run of the gate: its head cells are compared */
  readonly isGate: boolean;
}

/**
 * Two runs, unpaired: cells of the same id, metrics that both have, a round’s median as unit of analysis. Runs of two hosts are not compared.
 * @throws BenchError `unknown-metric` (exit 2), `nothing-in-common` (exit 13)
 */
export function compareRuns(a: ComparedRun, b: ComparedRun, metric: string | undefined, rules: CompareRules): Comparison {
  const hosts = hostDifferences(a.model, b.model);
  const head = {
    formatVersion: COMPARISON_FORMAT,
    of: 'runs' as const,
    a: a.model.manifest.runId,
    b: b.model.manifest.runId,
    ...(rules.limit === undefined ? {} : { limit: rules.limit }),
    alpha: rules.alpha,
    beta: rules.beta,
    hosts,
  };
  const [cellsA, cellsB] = [cellsOf(a), cellsOf(b)];
  const onlyA = cellsA.filter(({ id }) => !cellsB.some((cell) => cell.id === id)).map(({ id }) => id);
  const onlyB = cellsB.filter(({ id }) => !cellsA.some((cell) => cell.id === id)).map(({ id }) => id);
  if (a.model.manifest.host.key !== b.model.manifest.host.key) {
    const notes = [`the runs are of two hosts: ${fieldsText(hosts, 'A', 'B')}`];
    return { ...head, verdict: 'incomparable', exitCode: EXIT_CODES.incomparable, compared: [], onlyA, onlyB, notes };
  }
  const compared = compareAll(comparables(a.model, b.model, cellsA, cellsB, metric), rules);
  return { ...head, ...outcomeOf(compared, rules, onlyA), compared, onlyA, onlyB, notes: notesOf(a.model, b.model) };
}

function hostDifferences(a: ReportModel, b: ReportModel): Difference[] {
  return differingFields(keyFacts(a.manifest.host).fields, keyFacts(b.manifest.host).fields);
}

/** Twins, floors and blanks are about their own run. */
function cellsOf({ model, isGate }: ComparedRun): Cell[] {
  const measured = model.cells.filter(({ role }) => role === 'subject' || role === 'reference');
  return isGate ? measured.filter(({ role, workload }) => role === 'subject' && workload.endsWith('.head')) : measured;
}

function comparables(a: ReportModel, b: ReportModel, cellsA: readonly Cell[], cellsB: readonly Cell[], metric: string | undefined) {
  const [seriesA, seriesB] = [byCell(a, cellsA), byCell(b, cellsB)];
  const both = [...seriesA.keys()].filter((id) => seriesB.has(id));
  const inCommon = (id: string): string[] => [...(seriesA.get(id)?.keys() ?? [])].filter((name) => seriesB.get(id)?.has(name));
  const known = [...new Set(both.flatMap(inCommon))];
  if (known.length === 0) {
    const message = `${a.manifest.runId} and ${b.manifest.runId} have no metric of a cell in common`;
    throw new BenchError({
      code: 'nothing-in-common',
      message,
      remedy: 'compare runs of the same scenario',
      exitCode: EXIT_CODES.incomplete,
    });
  }
  if (metric !== undefined && !known.includes(metric)) {
    const message = `the two runs do not both have “${metric}”: ${suggestion(metric, known)}`;
    throw new BenchError({ code: 'unknown-metric', message, exitCode: EXIT_CODES.usage });
  }
  const [failedA, failedB] = [failuresOf(a), failuresOf(b)];
  return both.flatMap((id) =>
    inCommon(id)
      .filter((name) => (metric === undefined ? isShown(a, name) : name === metric))
      .flatMap((name): Comparable[] => {
        const [left, right] = [seriesA.get(id)?.get(name), seriesB.get(id)?.get(name)];
        if (!left || !right) return [];
        const declared = a.metrics.find((one) => one.id === name);
        return [
          {
            id,
            metric: name,
            role: left.role,
            unit: left.unit,
            better: declared?.better ?? 'lower',
            noise: declared?.noise ?? 'noisy',
            ...circumstances(a, b, id),
            a: { values: okValues(left), failed: failedA.get(id) },
            b: { values: okValues(right), failed: failedB.get(id) },
          },
        ];
      }),
  );
}

/** Facts about the host and the parts of a start are compared when they are named. */
function isShown(model: ReportModel, metric: string): boolean {
  return !metric.startsWith('phase_') && model.metrics.find(({ id }) => id === metric)?.better !== 'neither';
}

/** Series by cell and metric; of several roles the instance’s own counts. */
function byCell(model: ReportModel, cells: readonly Cell[]): Map<string, Map<string, Series>> {
  const found = new Map<string, Map<string, Series>>(cells.map(({ id }) => [id, new Map()]));
  for (const series of seriesOf(model.samples)) {
    const ofCell = found.get(series.cell);
    if (ofCell && (series.role === 'instance' || !ofCell.has(series.metric))) ofCell.set(series.metric, series);
  }
  return found;
}

function failuresOf(model: ReportModel): Map<string, string> {
  return new Map(failedTrials(model.samples).map((one) => [one.cell, `${failedText(one)} failed`]));
}

/** In what a cell was measured differently; other bytes and versions are what a comparison is about, another cache state or factor forbids it. */
function circumstances(a: ReportModel, b: ReportModel, id: string): Pick<Comparable, 'differs' | 'mismatch'> {
  const differing = (factsA: Readonly<Record<string, string>>, factsB: Readonly<Record<string, string>>): Difference[] =>
    [...new Set([...Object.keys(factsA), ...Object.keys(factsB)])]
      .map((field) => ({ field, a: factsA[field] ?? 'absent', b: factsB[field] ?? 'absent' }))
      .filter((one) => one.a !== one.b);
  const [cellA, cellB] = [a, b].map((model) => model.cells.find((cell) => cell.id === id));
  const [artifactA, artifactB] = [a, b].map(({ manifest }) => manifest.artifacts.find(({ cell }) => cell === id));
  const setting = (cell: Cell | undefined): Record<string, string> => ({ cache_state: cell?.cacheState ?? 'unknown', ...cell?.factors });
  const forbidding = differing(setting(cellA), setting(cellB));
  const made = (artifact: typeof artifactA): Record<string, string> => ({ digest: artifact?.digest ?? 'unknown', ...artifact?.versions });
  const differs = [...forbidding, ...differing(made(artifactA), made(artifactB))];
  if (forbidding.length === 0) return { differs };
  return { differs, mismatch: `measured differently: ${forbidding.map((one) => `${one.field} ${one.a} in A, ${one.b} in B`).join('; ')}` };
}

function notesOf(a: ReportModel, b: ReportModel): string[] {
  const dayOf = ({ manifest }: ReportModel): string => manifest.startedAt.slice(0, 16).replace('T', ' ');
  const [suiteA, suiteB] = [a.manifest.suite.version, b.manifest.suite.version];
  const unended = [a, b]
    .filter(({ manifest }) => manifest.status !== 'complete')
    .map(({ manifest }) => `${manifest.runId} is ${manifest.status}`);
  return [
    a.manifest.runId === b.manifest.runId
      ? 'both are the same run'
      : `measured ${dayOf(a)} and ${dayOf(b)}: a change of the host between the two cannot be told from a difference; “thirdwave gate” measures in turns`,
    ...(a.manifest.bootId === b.manifest.bootId ? [] : ['the host was restarted in between']),
    ...(suiteA === suiteB ? [] : [`measured by thirdwave ${suiteA} and ${suiteB}`]),
    ...unended,
  ];
}
