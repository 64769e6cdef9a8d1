import type {
  CounterEvent,
  Event,
  FailureEvent,
  HeadroomEvent,
  LevelEvent,
  LimitEvent,
  MarkName,
  MeterEvent,
  OutputEvent,
  PhaseEvent,
  ReadingEvent,
  WindowEvent,
} from '../../core/model/event.ts';
import type { Plan } from '../../core/model/plan.ts';
import type { z } from 'zod';

/** Everything on record between one `begin` and its `end`. */
export interface TrialRecord {
  readonly trialId: string;
  readonly cell: string;
  /** 0: `prepare.<cell index>` */
  readonly round: number;
  readonly position: number;
  /** false: the record stops before the trial's `end` */
  ended: boolean;
  readonly marksNs: Map<MarkName, number>;
  readonly phases: z.infer<typeof PhaseEvent>[];
  readonly readings: z.infer<typeof ReadingEvent>[];
  /** steps of a density ramp; empty for every other activity */
  readonly levels: z.infer<typeof LevelEvent>[];
  readonly headroom: z.infer<typeof HeadroomEvent>[];
  limit: z.infer<typeof LimitEvent> | undefined;
  /** energy: what was metered over which windows; empty where nothing was */
  readonly windows: z.infer<typeof WindowEvent>[];
  readonly meters: z.infer<typeof MeterEvent>[];
  readonly counters: z.infer<typeof CounterEvent>[];
  output: z.infer<typeof OutputEvent> | undefined;
  /** the first failure; what follows from it is not a second cause */
  failure: z.infer<typeof FailureEvent> | undefined;
}

export interface GroupedRecords {
  /** in the order in which they were begun */
  readonly records: readonly TrialRecord[];
  /** trials begun more than once (a resumed run): the first complete life counts, the choice is made before any number is seen */
  readonly repeatedTrials: readonly string[];
  /** events that stand outside any begun trial, warnings excepted: 0 in a sound record */
  readonly strayEvents: number;
}

/** Events in file order, sorted into the trials they belong to. */
export function groupByTrial(events: readonly Event[]): GroupedRecords {
  const latest = new Map<string, TrialRecord>();
  const kept = new Map<string, TrialRecord>();
  const repeated = new Set<string>();
  let strayEvents = 0;
  for (const event of events) {
    if (event.kind === 'trial' && event.state === 'begin') {
      const record = newRecord(event.trialId, event.cell, event.round, event.position);
      latest.set(event.trialId, record);
      const earlier = kept.get(event.trialId);
      if (earlier) repeated.add(event.trialId);
      if (!earlier?.ended) kept.set(event.trialId, record);
      continue;
    }
    const record = latest.get(event.trialId);
    if (record && !record.ended) take(record, event);
    else if (event.kind !== 'warning') strayEvents += 1;
  }
  return { records: [...kept.values()], repeatedTrials: [...repeated], strayEvents };
}

function newRecord(trialId: string, cell: string, round: number, position: number): TrialRecord {
  return {
    trialId,
    cell,
    round,
    position,
    ended: false,
    marksNs: new Map(),
    phases: [],
    readings: [],
    levels: [],
    headroom: [],
    limit: undefined,
    windows: [],
    meters: [],
    counters: [],
    output: undefined,
    failure: undefined,
  };
}

function take(record: TrialRecord, event: Event): void {
  if (event.kind === 'trial') record.ended = true;
  else if (event.kind === 'mark') record.marksNs.set(event.mark, event.atNs);
  else if (event.kind === 'phase') record.phases.push(event);
  else if (event.kind === 'reading') record.readings.push(event);
  else if (event.kind === 'level') record.levels.push(event);
  else if (event.kind === 'headroom') record.headroom.push(event);
  else if (event.kind === 'limit') record.limit = event;
  else if (event.kind === 'window') record.windows.push(event);
  else if (event.kind === 'meter') record.meters.push(event);
  else if (event.kind === 'counter') record.counters.push(event);
  else if (event.kind === 'output') record.output = event;
  else if (event.kind === 'failure') record.failure ??= event;
}

/** Code of the failure that voids a trial of the plan, or undefined where its numbers count. */
export function failureOf(record: TrialRecord): { readonly code: string; readonly censoredAfterNs?: number } | undefined {
  if (record.failure) {
    const { code, censoredAfterNs } = record.failure;
    return { code, ...(censoredAfterNs === undefined ? {} : { censoredAfterNs }) };
  }
  if (!record.ended) return { code: 'interrupted' };
  if (!record.output) return { code: 'unverified-output' };
  return record.output.correct ? undefined : { code: 'wrong-output' };
}

/** Neither a cell of the plan nor the host itself (`<scenario>:host/…`). */
export function isUnplanned(plan: Plan, record: Pick<TrialRecord, 'cell'>): boolean {
  if (plan.cells.some((cell) => cell.id === record.cell)) return false;
  return !plan.scenarios.some((rules) => record.cell.startsWith(`${rules.scenario}:host/`));
}
