import { z } from 'zod';
import { Duration } from './quantity.ts';
import type { Activity } from './vocabulary.ts';

export const Energy = z
  .strictObject({
    window: Duration.default('10s').describe(
      'how long the work is repeated where an energy meter can be read; RAPL needs 10 s (edges of 1 ms)',
    ),
    bracket: Duration.default('10s').describe('idle window before and after the work, where an energy meter can be read'),
    unmetered: Duration.default('2s').describe('how long the work is repeated where none can: for the CPU time behind the model'),
  })
  .describe('how long energy is read: activity window, and activity hold with “instances”');

interface Energetic {
  readonly activity: Activity;
  readonly units?: readonly string[] | undefined;
  readonly energy?: z.infer<typeof Energy> | undefined;
  readonly reference?: unknown;
}

/** Units where there are windows, and energy rules where something is read over a window. */
export function checkEnergy({ activity, units, energy, reference }: Energetic, context: z.RefinementCtx): void {
  const refuse = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message });
  if ((activity === 'window') !== (units !== undefined)) refuse('units', '“units” and activity window go together');
  if (energy !== undefined && activity !== 'window' && activity !== 'hold') {
    refuse('energy', `activity ${activity} has no energy windows: use window or hold`);
  }
  if (activity === 'window' && reference !== undefined)
    refuse('reference', 'energy is compared per functional unit: leave “reference” out');
}
