import type { SelftestRun } from '../../../core/model/gate-series.ts';
import { BenchError } from '../../../core/model/error.ts';
import { liveGate, type Live, type LiveAnswer } from './live-gate.ts';
import { planGate } from '../plan-gate.ts';
import { type Injection, type Subject, subjectConfig, subjectPrograms } from './subjects.ts';
import { startHog } from './hog.ts';

export interface SeriesAsked {
  readonly subject: Subject;
  readonly injection: Injection;
  /** share of base that is added to head; 0 with injection `none` */
  readonly effect: number;
  readonly runs: number;
  readonly seed: number;
  /** a CPU hog runs half of the time */
  readonly hog: boolean;
}

/** The same gate again and again, with its own order each time; each answer is handed over as it comes. @throws BenchError as the runners do */
export async function runSeries(asked: SeriesAsked, live: Live, onRun: (run: SelftestRun) => Promise<void>): Promise<void> {
  const { subject, injection, effect, runs, seed, hog } = asked;
  const amount = await amountOf(asked, live);
  await using _hog = hog ? startHog() : undefined;
  for (let run = 1; run <= runs; run += 1) {
    const answer = await gateOnce(asked, amount, seed + run, live);
    const { verdict, rounds, timeToVerdictNs, results } = answer;
    const place = { subject: subject.name, injection, effect, amount, hog, run, seed: seed + run };
    await onRun({ ...place, verdict, rounds, timeToVerdictNs, gates: [...results] });
  }
}

async function gateOnce({ subject, injection }: SeriesAsked, amount: number, seed: number, live: Live): Promise<LiveAnswer> {
  const config = subjectConfig(subject, injection);
  const programs = await subjectPrograms(subject, { injection, amount }, live.host, live.run.context.tempDir);
  const reproduce = `thirdwave gate selftest ${subject.name}`;
  return liveGate(await planGate({ config, programs, against: 'base', seed, reproduce, warnings: [] }, live.host), live);
}

/** ns or bytes that are `effect` of what the base shows here: taken from one A/A gate run of the same kind, its median of the first gate’s metric. */
async function amountOf(asked: SeriesAsked, live: Live): Promise<number> {
  const { subject, injection, effect, seed } = asked;
  if (injection === 'none') return 0;
  const [first] = (await gateOnce(asked, 0, seed, live)).results;
  if (first?.base === undefined) {
    const message = `${subject.name}: the base could not be measured: ${first?.because ?? 'it has no gate'}`;
    throw new BenchError({ code: 'selftest-base', message });
  }
  return Math.round(first.base * effect * (first.unit === 's' ? 1e9 : 1));
}
