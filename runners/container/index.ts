import { isFound } from '../../core/model/context.ts';
import { DockerSession } from '../docker/docker-session.ts';
import { findEngine, runtimeAvailability } from '../docker/find-engine.ts';
import { sweepContainers } from '../docker/sweep-containers.ts';
import type { Availability, DetectContext, Runner, Variant } from '../runner.ts';
import { partsOf, recipeOf, VARIANTS } from './variants.ts';

/** An OCI container on Docker Engine, the way `docker run` makes one: create, attach, start, first byte, wait, remove. */
const runner: Runner = {
  id: 'container',
  title: 'OCI container (Docker Engine)',
  isolation: 'container',
  capabilities: { activities: ['run', 'hold'], consumes: ['binary', 'image'] },
  variants: VARIANTS,
  detect: async (host) => {
    const engine = await findEngine(host);
    return Object.fromEntries(VARIANTS.map((variant) => [variant.id, availability(variant, host, engine)]));
  },
  open: async (context) => DockerSession.open(context, recipeOf),
  sweep: sweepContainers,
};
export default runner;

function availability(variant: Variant, { toolbox }: DetectContext, engine: Awaited<ReturnType<typeof findEngine>>): Availability {
  const { runtime, packaging } = partsOf(variant);
  const runtimeState = runtimeAvailability(runtime, engine, { toolbox });
  if (!runtimeState.available || packaging !== 'debian' || isFound(toolbox.debianBase)) return runtimeState;
  return { available: false, reason: toolbox.debianBase.missing, remedy: toolbox.debianBase.remedy };
}
