import type { GateReport, GateResult } from '../../core/model/gate-report.ts';
import { bySeverity, certaintyText, counts, gateLine, isWaived, printable, subjectText, waiverText } from './words.ts';

/** GitHub shows ten of a kind per step: nine, and one that says how many more there are. */
const MOST = 9;
const KINDS = ['error', 'warning', 'notice'] as const;
type Kind = (typeof KINDS)[number];
interface Annotation {
  readonly kind: Kind;
  readonly title: string;
  readonly message: string;
}

/** Exit code of a run in which an open gate of level error counts as failed (DESIGN §9). */
const INCONCLUSIVE = 11;

/** Workflow commands for GitHub’s runner, each a line; none where there is nothing to say. */
export function annotations(report: GateReport): readonly string[] {
  const all = [
    ...bySeverity(report.gates).flatMap((gate) => ofGate(report, gate)),
    ...report.warnings.map((text): Annotation => ({ kind: 'warning', title: 'thirdwave gate', message: printable(text) })),
  ];
  return KINDS.flatMap((wanted) => limited(wanted, all)).map(command);
}

function limited(wanted: Kind, all: readonly Annotation[]): Annotation[] {
  const list = all.filter(({ kind }) => kind === wanted);
  const more = list.length - MOST;
  const note: Annotation = { kind: wanted, title: 'thirdwave gate', message: `${more} more: see the summary of this job` };
  return more > 0 ? [...list.slice(0, MOST), note] : list;
}

function ofGate(report: GateReport, gate: GateResult): Annotation[] {
  const kind = kindOf(report, gate);
  if (kind === undefined) return [];
  const lines = [
    gateLine(gate),
    `${subjectText(gate)}: ${gate.because}`,
    certaintyText(gate) ?? '',
    waiverText(gate) ?? '',
    kind === 'notice' ? '' : `again: ${report.reproduce}`,
  ];
  const said = gate.improved ? 'improved' : gate.verdict;
  return [
    {
      kind,
      title: `${gate.id}: ${said}`,
      message: lines
        .filter((line) => line !== '')
        .map(printable)
        .join('\n'),
    },
  ];
}

function kindOf({ exitCodes }: GateReport, gate: GateResult): Kind | undefined {
  if (gate.verdict === 'pass') return gate.improved ? 'notice' : undefined;
  if (isWaived(gate)) return 'notice';
  if (!counts(gate)) return 'warning';
  return gate.verdict === 'inconclusive' && !exitCodes.includes(INCONCLUSIVE) ? 'warning' : 'error';
}

function command({ kind, title, message }: Annotation): string {
  return `::${kind} title=${property(title)}::${data(message)}`;
}

/** As @actions/core escapes them: the runner undoes exactly these. */
function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
