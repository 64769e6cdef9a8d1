import { findEngine } from '../docker/find-engine.ts';
import type { Runner } from '../runner.ts';
import { availabilityOf } from './find-runtime.ts';
import { sweepContainers } from './leftovers.ts';
import { OciSession } from './session.ts';
import { kindOf, VARIANTS } from './variants.ts';

/** An OCI runtime without any engine: `<runtime> run` on a bundle directory. */
const runner: Runner = {
  id: 'oci',
  title: 'OCI runtime, no engine',
  isolation: 'container',
  capabilities: { activities: ['run', 'hold'], consumes: ['binary', 'wasm'] },
  variants: VARIANTS,
  detect: async (host) => {
    const engine = await findEngine(host);
    const states = VARIANTS.map(async (variant) => [variant.id, await availabilityOf(kindOf(variant), host, engine)] as const);
    return Object.fromEntries(await Promise.all(states));
  },
  open: async (context) => OciSession.open(context),
  sweep: sweepContainers,
};
export default runner;
