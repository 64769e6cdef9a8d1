import type { OpenProbe, TrialInput, TrialLife } from './trial-life.ts';

export async function liveAsWindows(_life: TrialLife, _input: TrialInput, _probes: readonly OpenProbe[]): Promise<void> {
  throw new Error('in work');
}
