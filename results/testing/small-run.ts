import type { EventBody, Event } from '../../core/model/event.ts';
import { PLAN_SCHEMA, type Cell, type Plan } from '../../core/model/plan.ts';
import type { Activity, CellRole } from '../../core/model/vocabulary.ts';

/** A cell of scenario `s`: `runner/native/noop`, paired with `a` unless it is `a` itself or a floor. */
export function smallCell(runner: string, activity: Activity = 'run', role: CellRole = runner === 'a' ? 'reference' : 'subject'): Cell {
  const suffix = role === 'twin' || role === 'floor' ? `:${role}` : '';
  return {
    id: `s:${runner}/native/noop${suffix}`,
    scenario: 's',
    role,
    runner,
    variant: 'native',
    workload: 'noop',
    activity,
    rung: 'host-process',
    cacheState: 'page-warm',
    factors: {},
    ...(role === 'reference' || role === 'floor' ? {} : { reference: 's:a/native/noop' }),
  };
}

/** A plan of scenario `s` whose rounds run the cells in the given order. Trial ids: `s.<round>.<position>`. */
export function smallPlan(cells: readonly Cell[], rounds: number, sources: readonly unknown[] = []): Plan {
  const trials = Array.from({ length: rounds }, (_, index) =>
    cells.map((cell, position) => ({ id: `s.${index + 1}.${position}`, scenario: 's', round: index + 1, position, cell: cell.id })),
  ).flat();
  const rules = { scenario: 's', question: 'how long?', functionalUnit: 'one start', minRounds: 1, maxRounds: rounds };
  return {
    schema: PLAN_SCHEMA,
    seed: 1,
    scenarios: [{ ...rules, readyTimeoutNs: 1e9, exitTimeoutNs: 2e9 }],
    sources: [...sources],
    cells: [...cells],
    trials,
    skipped: [],
    differences: [],
  };
}

/** Events of whole trials: `body` says what happens between begin and end of each planned trial; `undefined`: it never begins. */
export function smallEvents(plan: Plan, body: (cell: Cell, round: number) => readonly EventBody[] | undefined): Event[] {
  const events: Event[] = [];
  for (const trial of plan.trials) {
    const cell = plan.cells.find((candidate) => candidate.id === trial.cell);
    const inside = cell && body(cell, trial.round);
    if (!inside) continue;
    const place = { kind: 'trial', atNs: 0, cell: trial.cell, round: trial.round, position: trial.position } as const;
    const all: EventBody[] = [{ ...place, state: 'begin' }, ...inside, { ...place, state: 'end' }];
    for (const one of all) events.push({ seq: events.length, trialId: trial.id, ...one });
  }
  return events;
}

/** A life with a verified output: launch at 1 s, first byte and exit as given in seconds after it. */
export function life(coldSeconds: number, runSeconds = coldSeconds): EventBody[] {
  const at = (seconds: number): number => 1e9 + Math.round(seconds * 1e9);
  return [
    { kind: 'mark', mark: 't0', atNs: at(0) },
    { kind: 'mark', mark: 't1', atNs: at(coldSeconds) },
    { kind: 'mark', mark: 't2', atNs: at(runSeconds) },
    { kind: 'mark', mark: 't3', atNs: at(runSeconds + 1) },
    { kind: 'output', atNs: at(runSeconds), bytes: 1, sha256: 'f'.repeat(64), correct: true },
  ];
}
