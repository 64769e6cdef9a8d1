import { BenchError } from '../model/error.ts';
import type { TrialInput, TrialLife } from './trial-life.ts';

export async function liveAsRamp(life: TrialLife, input: TrialInput): Promise<void> {
  life.fail(new BenchError({ code: 'not-built', message: `${input.trial.id}: ramps are not built yet` }));
}
