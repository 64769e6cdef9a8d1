import type { Population, RampRules, SettleRule } from '../model/plan.ts';
import { parseBytes, parseDurationNs, parseShare } from '../model/quantity.ts';
import type { Scenario } from '../model/scenario.ts';

/** The fleets one selection of a scenario asks for, with what their ids end in; a single `undefined` where it asks for none. */
export function populationsOf(
  { instances, states }: Pick<Scenario, 'instances' | 'states'>,
  selection: Pick<Scenario['cells'][number], 'instances'>,
): readonly { readonly population: Population | undefined; readonly suffix: string }[] {
  const sizes = selection.instances ?? instances;
  if (sizes === undefined) return [{ population: undefined, suffix: '' }];
  return states.flatMap((state) => sizes.map((count) => ({ population: { instances: count, state }, suffix: `:n${count}:${state}` })));
}

/** Fleets are read once they have settled; a single held instance is, as soon as it is there. */
export function settleRule({ settle, instances, cells }: Scenario): { readonly settle?: SettleRule } {
  const asked = settle ?? (instances !== undefined || cells.some((cell) => cell.instances !== undefined) ? DEFAULT_SETTLE : undefined);
  if (asked === undefined) return {};
  return {
    settle: {
      windowNs: parseDurationNs(asked.window) ?? 0,
      withinShare: parseShare(asked.within),
      leastBytes: parseBytes(asked.least) ?? 0,
      limitNs: parseDurationNs(asked.limit) ?? 0,
    },
  };
}

const DEFAULT_SETTLE = { window: '3s', within: '0.5%', least: '64KiB', limit: '20s' } as const;

export function rampRules({ ramp }: Scenario): { readonly ramp?: RampRules } {
  if (ramp === undefined) return {};
  const cap = ramp.memoryCap === undefined ? undefined : parseBytes(ramp.memoryCap);
  return {
    ramp: {
      ...(cap === undefined ? {} : { memoryCapBytes: cap }),
      floorBytes: parseBytes(ramp.floor) ?? 0,
      mostInstances: ramp.most,
      timeLimitNs: parseDurationNs(ramp.timeLimit) ?? 0,
      requests: ramp.requests,
      answerSlackNs: parseDurationNs(ramp.answerSlack) ?? 0,
      ...(ramp.load === undefined
        ? {}
        : { load: { residentShares: ramp.load.residents.map(parseShare), concurrent: ramp.load.concurrent, starts: ramp.load.starts } }),
    },
  };
}
