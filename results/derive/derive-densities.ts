import { ENDED_BY_SCENARIO } from '../../core/model/binding-limit.ts';
import type { Density, MemoryFit, Ramp } from '../../core/model/density.ts';
import type { Event } from '../../core/model/event.ts';
import type { Plan } from '../../core/model/plan.ts';
import { median } from '../stats/quantile.ts';
import { groupedBy } from './grouped-by.ts';
import { predictDensity } from './predict-density.ts';
import { failureOf, groupByTrial, type TrialRecord } from './trial-record.ts';

const NS_PER_S = 1e9;
const GIB = 1024 ** 3;

/** Predicted beside verified density of every cell of activity `ramp`, in planned order. A ramp that was cut off shows the levels it reached. */
export function deriveDensities(plan: Plan, events: readonly Event[], fits: readonly MemoryFit[]): Density[] {
  const records = groupedBy(groupByTrial(events).records, ({ cell }) => cell);
  const planned = new Map(plan.trials.map((trial) => [trial.id, trial.cell]));
  return plan.cells
    .filter(({ activity }) => activity === 'ramp')
    .map((cell): Density => {
      const own = (records.get(cell.id) ?? []).filter(({ trialId }) => planned.get(trialId) === cell.id);
      const ramps = own.map(rampOf);
      const ended = ramps.flatMap((ramp) => (ramp.limit && foundTheDensity(ramp) ? [{ ramp, limit: ramp.limit }] : []));
      const verified = ended.map(({ limit }) => limit.instances);
      const rules = plan.scenarios.find(({ scenario }) => scenario === cell.scenario)?.ramp;
      const cap = rules?.memoryCapBytes;
      const limit = mostNamed(ended.map((one) => one.limit.limit));
      const perGib = ended.flatMap(({ ramp }) => instancesPerGib(ramp) ?? []);
      return {
        cell: cell.id,
        ...(cap === undefined ? {} : { memoryCapBytes: cap }),
        ...predictDensity(cell, rules, availableAtStart(ramps), fits),
        verified,
        ...(verified.length === 0 ? {} : { median: median(verified) }),
        ...(limit === undefined ? {} : { limit }),
        ...(perGib.length === 0 ? {} : { instancesPerGib: median(perGib) }),
        ramps,
      };
    });
}

/** It ended by itself: neither its own failure nor the scenario’s largest number or time stopped it. */
function foundTheDensity({ limit, failure }: Ramp): boolean {
  return failure === undefined && limit !== undefined && !ENDED_BY_SCENARIO.includes(limit.limit);
}

function rampOf(record: TrialRecord): Ramp {
  const { cell, trialId, round, levels, headroom, limit } = record;
  const failure = failureOf(record)?.code;
  const startNs = levels[0]?.atNs ?? 0;
  return {
    cell,
    trialId,
    round,
    levels: levels.map(({ instances, ok, because, probeP95Ns, probeCount, memoryBytes, hostAvailableBytes, daemonCpus, atNs }) => ({
      instances,
      ok,
      ...(because === undefined ? {} : { because }),
      ...(probeP95Ns === undefined ? {} : { probeP95S: probeP95Ns / NS_PER_S }),
      ...(probeCount === undefined ? {} : { probeCount }),
      ...(memoryBytes === undefined ? {} : { memoryBytes }),
      ...(hostAvailableBytes === undefined ? {} : { hostAvailableBytes }),
      ...(daemonCpus === undefined ? {} : { daemonCpus }),
      atS: (atNs - startNs) / NS_PER_S,
    })),
    headroom: headroom.map(({ limit: name, used, max, origin }) => ({ limit: name, used, ...(max === undefined ? {} : { max }), origin })),
    ...(limit ? { limit: { limit: limit.limit, instances: limit.instances, evidence: limit.evidence } } : {}),
    ...(failure === undefined ? {} : { failure }),
  };
}

/** MemAvailable₀: median over the ramps of what level 0 read. */
function availableAtStart(ramps: readonly Ramp[]): number | undefined {
  const read = ramps.flatMap(({ levels }) => levels.find(({ instances }) => instances === 0)?.hostAvailableBytes ?? []);
  return read.length === 0 ? undefined : median(read);
}

/** Of the last acceptable level with as many instances as the ramp reached. */
function instancesPerGib({ levels, limit }: Ramp): number | undefined {
  const reached = levels.findLast(({ instances, ok, memoryBytes }) => ok && instances === limit?.instances && memoryBytes !== undefined);
  return reached?.memoryBytes ? (reached.instances * GIB) / reached.memoryBytes : undefined;
}

/** The limit that most ramps name; the earlier one of two named equally often. */
function mostNamed(limits: readonly string[]): string | undefined {
  const counts = [...groupedBy(limits, (limit) => limit).values()];
  return counts.toSorted((x, y) => y.length - x.length)[0]?.[0];
}
