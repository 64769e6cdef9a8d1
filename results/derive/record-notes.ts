import type { Event } from '../../core/model/event.ts';
import type { Plan } from '../../core/model/plan.ts';
import type { ReportModel } from '../../core/model/report.ts';
import type { RecordProblem } from './parse-events.ts';
import { groupByTrial, isUnplanned, type TrialRecord } from './trial-record.ts';

type Note = ReportModel['notes'][number];

/** Different texts of one code before the rest is summed up: messages may name ids, and a report is not a log. */
const TEXTS_PER_CODE = 5;

/** What a reader must know about the record itself, then every warning and failure in words, each with its count. */
export function recordNotes(plan: Plan, events: readonly Event[], problem: RecordProblem | undefined): Note[] {
  const { records, repeatedTrials, strayEvents } = groupByTrial(events);
  const cellOf = new Map(records.map((record) => [record.trialId, record.cell]));
  const notes: Note[] = [
    ...(problem ? [damageNote(problem)] : []),
    ...unfinishedNotes(plan, records),
    ...(repeatedTrials.length > 0
      ? [recordNote('repeated-trial', 'trials on record twice after a resume: the first complete life counts', repeatedTrials.length)]
      : []),
    ...(strayEvents > 0 ? [recordNote('stray-event', 'events outside any trial are not used', strayEvents)] : []),
  ];
  const told = new Map<string, Note>();
  for (const event of events) {
    if (event.kind !== 'warning' && event.kind !== 'failure') continue;
    const cell = cellOf.get(event.trialId);
    const remedy = event.kind === 'failure' && event.remedy !== undefined ? ` (${event.remedy})` : '';
    const text = `${cell === undefined ? '' : `${cell}: `}${event.message}${remedy}`;
    const key = `${event.kind} ${event.code} ${text}`;
    const known = told.get(key) ?? { kind: event.kind, code: event.code, text, count: 0 };
    told.set(key, { ...known, count: known.count + 1 });
  }
  return [...notes, ...condense([...told.values()])];
}

function damageNote({ line, reason, ignoredLines }: RecordProblem): Note {
  const text = `events.jsonl line ${line}: ${reason}; everything before it is used, ${ignoredLines} lines are not`;
  return recordNote('damaged-record', text, ignoredLines);
}

/** Trials cut off in the middle, and planned trials that were never begun although their round was. */
function unfinishedNotes(plan: Plan, records: readonly TrialRecord[]): Note[] {
  const known = new Map(records.map((record) => [record.trialId, record]));
  const begunRounds = new Set(plan.trials.filter((trial) => known.has(trial.id)).map((trial) => `${trial.scenario} ${trial.round}`));
  const notBegun = plan.trials.filter((trial) => begunRounds.has(`${trial.scenario} ${trial.round}`) && !known.has(trial.id)).length;
  const cutOff = plan.trials.filter((trial) => known.get(trial.id)?.ended === false).length;
  const unplanned = records.filter((record) => record.round > 0 && isUnplanned(plan, record)).length;
  return [
    ...(cutOff > 0 ? [recordNote('interrupted-trial', 'trials begun but not ended count as failed', cutOff)] : []),
    ...(notBegun > 0
      ? [recordNote('trial-not-begun', 'planned trials of a begun round that never started yield no number', notBegun)]
      : []),
    ...(unplanned > 0 ? [recordNote('unplanned-trial', 'trials of cells that are not in the plan are not used', unplanned)] : []),
  ];
}

function recordNote(code: string, text: string, count: number): Note {
  return { kind: 'record', code, text, count };
}

/** The most frequent texts of each code, the rest as one line. */
function condense(notes: readonly Note[]): Note[] {
  const byCode = new Map<string, Note[]>();
  for (const note of notes) {
    const group = byCode.get(`${note.kind} ${note.code}`);
    if (group) group.push(note);
    else byCode.set(`${note.kind} ${note.code}`, [note]);
  }
  return [...byCode.values()].flatMap((group) => {
    const ranked = group.toSorted((x, y) => y.count - x.count);
    const rest = ranked.slice(TEXTS_PER_CODE);
    const [first] = rest;
    if (!first || rest.length === 1) return ranked;
    const count = rest.reduce((sum, note) => sum + note.count, 0);
    return [...ranked.slice(0, TEXTS_PER_CODE), { ...first, text: `${rest.length} other messages with this code`, count }];
  });
}
