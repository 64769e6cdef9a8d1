import { z } from 'zod';
import { Duration, Percent, Size } from './quantity.ts';
import { type Activity, Identifier } from './vocabulary.ts';

/** Largest fleets that a scenario may ask for; beyond them the harness itself (files, threads, one event per instance) would be measured. */
export const MOST_INSTANCES = { hold: 1000, place: 2_000_000 } as const;

const CAP_REASONS = {
  hold: 'each held instance is a connection and an output that the harness itself must keep; a ramp or activity place goes further',
  place: 'the addresses of one process (47 bits) and the time to place them end not far above',
} as const;

export const Instances = z.array(z.int().min(0).max(MOST_INSTANCES.place)).min(1);

/** When a fleet's memory counts as settled (method §4.6: less than 0.5 % change over 3 s). */
export const Settle = z
  .strictObject({
    window: Duration.default('3s'),
    within: Percent.default('0.5%').describe('largest change of any total over the window'),
    least: Size.default('64KiB').describe('a change below this counts as none: counters move in batches of pages'),
    limit: Duration.default('20s').describe('how long to wait; then there is a reason instead of a number'),
  })
  .describe('when the memory of a fleet counts as settled');

export const Ramp = z
  .strictObject({
    memoryCap: Size.optional().describe('memory limit of the fleet’s own group; absent: the host’s memory down to “floor”'),
    floor: Size.default('2GiB').describe('free memory of the host that is never gone below'),
    most: z.int().min(2).max(100_000).describe('no more instances than this, whatever fits'),
    timeLimit: Duration.default('10min').describe('a ramp that takes longer ends with what it has reached'),
    requests: z.int().min(59).default(60).describe('requests per level for the 95th percentile (which needs 59)'),
    answerSlack: Duration.default('1ms').describe(
      'an answer time counts as worse only when it is also longer by this much: doubling microseconds is noise',
    ),
    load: z
      .strictObject({
        residents: z.array(Percent).min(1).default(['0%', '50%', '90%']),
        concurrent: z.array(z.int().min(1).max(64)).min(1).default([1, 4, 16]),
        starts: z.int().min(1).default(16),
      })
      .optional()
      .describe(
        'cold starts beside resident instances, as shares of the density just reached; starts of one burst do not wait for each other',
      ),
  })
  .describe('a density ramp: doubling, then bisecting, until something stops it');

/** A workload that touches a known amount of memory per instance: its marginal cost must exceed that of `above` by exactly that much. */
export const Injection = z.strictObject({
  workload: Identifier,
  bytes: Size,
  above: Identifier.describe('the same program without that memory'),
});
export type Injection = z.infer<typeof Injection>;

interface Fleets {
  readonly activity: Activity;
  readonly instances?: readonly number[] | undefined;
  readonly ramp?: z.infer<typeof Ramp> | undefined;
  readonly reference?: unknown;
  readonly cells: readonly { readonly instances?: readonly number[] | undefined }[];
  readonly workloads: readonly (string | { readonly id: string })[];
  readonly injected: readonly Injection[];
}

/** Sizes of fleets where there are fleets, within the cap of the activity; a ramp where there is a ramp. */
export function checkFleets(scenario: Fleets, context: z.RefinementCtx): void {
  const refuse = (path: readonly (string | number)[], message: string): void =>
    context.addIssue({ code: 'custom', path: [...path], message });
  const { activity, instances, ramp, reference, cells } = scenario;
  const lists = [
    { path: ['instances'], list: instances },
    ...cells.map((cell, index) => ({ path: ['cells', index, 'instances'], list: cell.instances })),
  ];
  for (const { path, list } of lists) {
    if (list === undefined) continue;
    if (activity !== 'hold' && activity !== 'place') {
      refuse(path, `activity ${activity} has no fleet: use hold or place`);
      continue;
    }
    const most = MOST_INSTANCES[activity];
    const over = list.find((count) => count > most);
    if (over !== undefined) refuse(path, `${over} instances are more than ${most}: ${CAP_REASONS[activity]}`);
    if (new Set(list).size !== list.length) refuse(path, 'the same number twice');
  }
  if (activity === 'place' && lists.every(({ list }) => list === undefined)) refuse(['instances'], 'activity place needs “instances”');
  if (reference !== undefined && instances !== undefined)
    refuse(['reference'], 'fleets are compared by their slopes, not cell by cell: leave “reference” out');
  if ((activity === 'ramp') !== (ramp !== undefined)) refuse(['ramp'], '“ramp” and activity ramp go together');
  checkInjections(scenario, refuse);
}

function checkInjections({ injected, workloads }: Fleets, refuse: (path: readonly (string | number)[], message: string) => void): void {
  const names = workloads.map((workload) => (typeof workload === 'string' ? workload : workload.id));
  for (const [index, { workload, above }] of injected.entries()) {
    if (!names.includes(workload)) refuse(['injected', index, 'workload'], `${workload} is no workload of this scenario`);
    if (!names.includes(above)) refuse(['injected', index, 'above'], `${above} is no workload of this scenario`);
  }
}
