import type { MemoryFit } from '../../core/model/density.ts';
import type { Plan } from '../../core/model/plan.ts';
import type { Sample } from '../../core/model/sample.ts';
import { deriveMemoryFits } from './derive-memory-fits.ts';
import { findLeaks, type Leak, markLeaks } from './leaks.ts';

/** Memory against the number of instances, and whether it stayed behind from trial to trial. */
export interface FleetMemory {
  /** those of a leaking runner marked invalid */
  readonly fits: readonly MemoryFit[];
  readonly leaks: readonly Leak[];
}

export function deriveMemory(plan: Plan, samples: readonly Sample[]): FleetMemory {
  const fits = deriveMemoryFits(plan, samples);
  const leaks = findLeaks(plan, samples, fits);
  return { fits: markLeaks(fits, leaks), leaks };
}
