import { isFound } from '../../core/model/context.ts';
import { codeOf, messageOf } from '../../core/model/error.ts';
import { privateEngineObstacle } from '../engine/bundle.ts';
import { hostSocketPath, readEngineInfo } from '../engine/engine-request.ts';
import { mayBeAlive, parseOwner } from '../engine/owner.ts';
import type { Availability, DetectContext, Detection, Runner, Variant } from '../runner.ts';
import { ContainerSession } from './container-session.ts';
import { EngineApi } from './engine-api.ts';
import { OWNER_LABEL, RUN_LABEL } from './labels.ts';
import { partsOf, registeredName, VARIANTS } from './variants.ts';

const ANSWER_LIMIT_MS = 5000;

/** An OCI container on Docker Engine, the way `docker run` makes one: create, attach, start, first byte, wait, remove. */
const runner: Runner = {
  id: 'container',
  title: 'OCI container (Docker Engine)',
  isolation: 'container',
  capabilities: { activities: ['run', 'hold'], consumes: ['binary', 'image'] },
  variants: VARIANTS,
  detect,
  open: async (context) => ContainerSession.open(context),
  sweep,
};
export default runner;

async function detect(host: DetectContext): Promise<Detection> {
  const found = await findEngine(host);
  return Object.fromEntries(VARIANTS.map((variant) => [variant.id, availability(variant, host, found)]));
}

type FoundEngine =
  | { readonly version: string; readonly evidence: string; readonly runtimes: readonly string[] }
  | { readonly reason: string; readonly remedy: string };

/** The user's engine where it answers, else what the private one will be: it is not started for this. */
async function findEngine({ toolbox, signal }: DetectContext): Promise<FoundEngine> {
  const socketPath = hostSocketPath(process.env);
  if (socketPath !== undefined) {
    try {
      const info = await readEngineInfo(socketPath, ANSWER_LIMIT_MS, signal);
      return {
        version: info.ServerVersion,
        evidence: `answers on ${socketPath}`,
        runtimes: Object.keys(info.Runtimes),
      };
    } catch (error) {
      if (codeOf(error) !== 'engine-unavailable') throw error;
    }
  }
  const obstacle = privateEngineObstacle(toolbox.privateEngine);
  if (obstacle || !isFound(toolbox.privateEngine)) return obstacle ?? { reason: 'no engine', remedy: 'npm run setup' };
  return {
    version: toolbox.privateEngine.version,
    evidence: 'private engine, started for the run',
    runtimes: ['runc'],
  };
}

function availability(variant: Variant, { toolbox }: DetectContext, engine: FoundEngine): Availability {
  if ('reason' in engine) return { available: false, ...engine };
  const { runtime, packaging } = partsOf(variant);
  if (registeredName(runtime, engine.runtimes) === undefined) {
    const reason = `the engine has no runtime ${runtime}`;
    return {
      available: false,
      reason,
      remedy: `install ${runtime} and register it in the Docker daemon’s “runtimes”`,
    };
  }
  if (packaging === 'debian' && !isFound(toolbox.debianBase)) {
    return { available: false, reason: toolbox.debianBase.missing, remedy: toolbox.debianBase.remedy };
  }
  return { available: true, version: engine.version, evidence: engine.evidence };
}

/** Containers that runs of dead owners left on the user's engine; a private engine's end with it. */
async function sweep({ log, signal }: DetectContext, runId: string | undefined): Promise<readonly string[]> {
  const socketPath = hostSocketPath(process.env);
  if (socketPath === undefined) return [];
  try {
    await readEngineInfo(socketPath, ANSWER_LIMIT_MS, signal);
  } catch (error) {
    log.debug(messageOf(error));
    return [];
  }
  using api = await EngineApi.open(socketPath, () => 0);
  const removed: string[] = [];
  for (const { Id, Labels } of await api.listContainers(runId === undefined ? RUN_LABEL : `${RUN_LABEL}=${runId}`)) {
    const owner = parseOwner(Labels[OWNER_LABEL] ?? '');
    if (owner && (await mayBeAlive(owner))) continue;
    await api.removeContainer(Id);
    removed.push(`container ${Id.slice(0, 12)} of run ${Labels[RUN_LABEL] ?? 'unknown'}`);
  }
  return removed;
}
