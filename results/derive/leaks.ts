import type { MemoryFit } from '../../core/model/density.ts';
import type { Plan } from '../../core/model/plan.ts';
import type { Sample } from '../../core/model/sample.ts';
import type { Role } from '../../core/model/vocabulary.ts';
import { SMALLEST_ROUNDS_FOR_INTERVAL } from '../stats/fit-line.ts';
import { studentInterval } from '../stats/student.ts';
import { type PlanePoint, theilSen } from '../stats/theil-sen.ts';
import { groupedBy } from './grouped-by.ts';
import { bytesText, estimateText, percentText } from './memory-words.ts';

/** What an instance may leave behind, as a share of what it costs, before a fit no longer counts. */
const LARGEST_LEAK = 0.1;
/** The host's used memory is everybody's, the harness's own heap included: a rise of less than this over a scenario blames nobody, B. */
const HOST_GROWTH_BYTES = 256 * 1024 * 1024;

/** Does memory stay behind from trial to trial? One answer per scenario × runner × role whose memory was read before each launch. */
export interface Leak {
  readonly scenario: string;
  readonly runner: string;
  readonly role: Role;
  readonly finding: 'none' | 'leak' | 'unresolved' | 'unknown';
  /** one sentence with the numbers */
  readonly because: string;
}

interface Start extends PlanePoint {
  readonly round: number;
}

/**
 * Theil–Sen of the memory before each trial's first launch (y) against the instances that the runner started so far in the scenario (x); the interval is
 * Student's over the slopes within the rounds. The daemons' own group speaks where there is one, else the whole host. Runners that share an engine share
 * its memory: a leak of one shows in the other.
 */
export function findLeaks(plan: Plan, samples: readonly Sample[], fits: readonly MemoryFit[]): Leak[] {
  const cells = new Map(plan.cells.map((cell) => [cell.id, cell]));
  const fleets = samples.filter(({ cell, round }) => round > 0 && cells.get(cell)?.population !== undefined);
  const byRunner = groupedBy(fleets, ({ cell }) => `${cells.get(cell)?.scenario} ${cells.get(cell)?.runner}`);
  return [...byRunner].flatMap(([name, own]) => {
    const [scenario = '', runner = ''] = name.split(' ');
    const started = startedBefore(own, (cell) => cells.get(cell)?.population?.instances ?? 0);
    const byRole = groupedBy(
      own.filter(({ metric, outcome }) => metric === 'memory_before' && outcome.status === 'ok'),
      ({ role }) => role,
    );
    const roles = [...byRole.keys()].filter((role) => role !== 'host' || byRole.size === 1);
    const perInstance = smallestSlope(fits.filter((fit) => fit.scenario === scenario && fit.runner === runner));
    return roles.map((role): Leak => {
      const points = (byRole.get(role) ?? []).flatMap(({ trialId, round, outcome }): Start[] =>
        outcome.status === 'ok' ? [{ round, x: started.before.get(trialId) ?? 0, y: outcome.value }] : [],
      );
      return { scenario, runner, role, ...judged(points, role, started.all, perInstance) };
    });
  });
}

/** Instances started before each trial, in the order of the record; a failed trial counts as if it had started all of its own. */
function startedBefore(samples: readonly Sample[], instancesOf: (cell: string) => number) {
  const before = new Map<string, number>();
  let all = 0;
  for (const { trialId, cell } of samples) {
    if (before.has(trialId)) continue;
    before.set(trialId, all);
    all += instancesOf(cell);
  }
  return { before, all };
}

/** The cheapest instance of all workloads and states: what a leak is measured by. */
function smallestSlope(fits: readonly MemoryFit[]): number | undefined {
  const totals = fits.filter(({ metric, role }) => metric === 'memory_unreclaimable' && role === 'total');
  const usable = totals.some(({ slope }) => slope) ? totals : fits.filter(({ metric }) => metric === 'memory_unreclaimable');
  const slopes = usable.flatMap(({ slope }) => (slope && slope.estimate > 0 ? [slope.estimate] : []));
  return slopes.length === 0 ? undefined : Math.min(...slopes);
}

function judged(points: readonly Start[], role: Role, started: number, cost: number | undefined): Pick<Leak, 'finding' | 'because'> {
  const line = theilSen(points);
  const slopes = [...groupedBy(points, ({ round }) => round).values()].flatMap((round) => theilSen(round)?.slope ?? []);
  const spread = slopes.length < SMALLEST_ROUNDS_FOR_INTERVAL ? undefined : studentInterval(slopes);
  if (!line || !spread) {
    const because = `${slopes.length} rounds show how memory before a launch moves, ${SMALLEST_ROUNDS_FOR_INTERVAL} are needed`;
    return { finding: 'unknown', because };
  }
  const interval = { ...spread, low: Math.min(spread.low, line.slope), high: Math.max(spread.high, line.slope) };
  const n = `n = ${points.length} trials in ${slopes.length} rounds, ${started} instances`;
  const text = `memory of role ${role} before a trial rises by ${estimateText({ estimate: line.slope, interval })} per instance started (${n})`;
  if (cost === undefined) return { finding: 'unknown', because: `${text}; there is no cost of an instance to measure it by` };
  const limit = LARGEST_LEAK * cost;
  const measured = `${percentText(line.slope / cost)} of the ${bytesText(cost)} that an instance costs at least`;
  if (interval.low > 0 && line.slope > limit) {
    if (role !== 'host' || line.slope * started > HOST_GROWTH_BYTES) return { finding: 'leak', because: `${text}, ${measured}` };
    return {
      finding: 'unresolved',
      because: `${text}, ${measured}; in all less than ${bytesText(HOST_GROWTH_BYTES)}, which may be anybody’s`,
    };
  }
  if (interval.high <= limit) return { finding: 'none', because: `${text}, ${measured}` };
  return { finding: 'unresolved', because: `${text}, ${measured}: not known to ${percentText(LARGEST_LEAK)}` };
}

/** Fits of every scenario × runner that leaks no longer count: memory that stayed behind is in every later reading. */
export function markLeaks(fits: readonly MemoryFit[], leaks: readonly Leak[]): MemoryFit[] {
  return fits.map((fit) => {
    const leak = leaks.find(({ scenario, runner, finding }) => finding === 'leak' && scenario === fit.scenario && runner === fit.runner);
    return leak ? { ...fit, invalid: `leak: ${leak.because}` } : fit;
  });
}
