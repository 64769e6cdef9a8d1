import { isFound, type RunContext, type Tool } from '../../core/model/context.ts';
import { DockerSession } from '../docker/docker-session.ts';
import { findEngine, registration, runtimeAvailability } from '../docker/find-engine.ts';
import { ownImage } from '../docker/images.ts';
import type { Recipe } from '../docker/recipe.ts';
import { bundledRuntime, bundledVersion, runtimeFile } from '../docker/runtime-files.ts';
import { sweepContainers } from '../docker/sweep-containers.ts';
import type { Artifact, Availability, DetectContext, Runner, Variant } from '../runner.ts';
import { moduleImage } from './module-image.ts';
import { kindOf, VARIANTS, type WasmKind } from './variants.ts';
import { bundledCrun, handlersOfHostCrun } from './wasm-features.ts';

/** A WebAssembly module as a container on Docker Engine: through a containerd shim, an OCI runtime with a Wasm handler, or a runtime in the image. */
const runner: Runner = {
  id: 'docker-wasm',
  title: 'Wasm container (Docker Engine)',
  isolation: 'wasm-sandbox',
  capabilities: { activities: ['run', 'hold'], consumes: ['wasm'] },
  variants: VARIANTS,
  detect: async (host) => {
    const engine = await findEngine(host);
    const states = VARIANTS.map(
      async (variant) => [variant.id, await withHandler(kindOf(variant), host, availability(kindOf(variant), host, engine))] as const,
    );
    return Object.fromEntries(await Promise.all(states));
  },
  open: async (context) => DockerSession.open(context, recipeOf),
  sweep: sweepContainers,
};
export default runner;

/** First Docker release that wires a container’s network through the pid a shim answers with: for this kind of shim, its own, in the host’s namespace. */
const NETWORK_BY_PID_SINCE = 28;

function availability(kind: WasmKind, { toolbox }: DetectContext, engine: Awaited<ReturnType<typeof findEngine>>): Availability {
  for (const id of kind.needs ?? []) {
    const tool = toolbox[id];
    if (!isFound(tool)) return { available: false, reason: tool.missing, remedy: tool.remedy };
  }
  const runtime = runtimeAvailability(kind.runtime, engine, { toolbox });
  if (!runtime.available) return { ...runtime, remedy: remedyOf(kind, toolbox.shim, engine, runtime.remedy) };
  const major = Number(/^(\d+)/.exec(runtime.version)?.[1] ?? 0);
  if (kind.by === 'shim' && major >= NETWORK_BY_PID_SINCE && kind.network !== 'none') {
    return {
      available: false,
      reason: `Docker ${runtime.version} would wire the network into the shim’s namespace, which is the host’s (docs/docker-wasm.md)`,
      remedy: 'use a variant without network, Docker 27 or older, or the private engine (DOCKER_HOST=unix:///nowhere)',
    };
  }
  return runtime;
}

/** crun is only as good as it was built: Debian 12’s has no Wasm handler at all. */
async function withHandler({ runtime, engine }: WasmKind, { toolbox }: DetectContext, state: Availability): Promise<Availability> {
  if (!state.available || runtime !== 'crun') return state;
  if (state.evidence.startsWith('private')) return { ...state, evidence: `${state.evidence}; ${await bundledCrun(toolbox.privateEngine)}` };
  const handlers = await handlersOfHostCrun();
  if (handlers === undefined) return { ...state, evidence: `${state.evidence}; whether its crun has a Wasm handler shows at the start` };
  if (handlers.includes(engine)) return { ...state, evidence: `${state.evidence}; crun with ${handlers.join(', ')}` };
  return {
    available: false,
    reason: `the crun here is built without ${engine}`,
    remedy: `install a crun built with ${engine} (Debian 13’s crun and libwasmedge0)`,
  };
}

/** On the user’s own engine nothing is registered for them: the lines to add are printed. */
function remedyOf(kind: WasmKind, shim: Tool, engine: Awaited<ReturnType<typeof findEngine>>, otherwise: string): string {
  if (!('ownership' in engine) || engine.ownership === 'private') return otherwise;
  if (kind.runtime === 'thirdwave' && isFound(shim)) return `register it ${registration('thirdwave', { runtimeType: shim.path })}`;
  if (kind.by === 'shim') return `put containerd-shim-${kind.runtime}-v1 (a release of containerd/runwasi) into /usr/local/bin`;
  return otherwise;
}

/** What a variant asks of the engine. */
export function recipeOf(variant: Variant): Recipe {
  const kind = kindOf(variant);
  return {
    runtime: kind.runtime,
    startLayer: kind.by,
    network: kind.network ?? 'bridge',
    image: async (context, api, workload) => ownImage(context, api, await moduleImage(context, kind.form, workload)),
    ...(kind.annotations === undefined ? {} : { annotations: kind.annotations }),
    runtimeFiles: async (context) => runtimeFiles(context, kind),
    versions: async (context) => versionsOf(context, kind),
  };
}

const RUNC_SHIM = 'usr/bin/containerd-shim-runc-v2';

async function runtimeFiles(context: RunContext, { runtime, engine }: WasmKind): Promise<readonly Artifact[]> {
  const { shim, youki } = context.toolbox;
  if (runtime === 'thirdwave' && isFound(shim)) return [runtimeFile(shim.path)];
  if (runtime === 'youki' && isFound(youki)) return [...(await bundledRuntime(context, [RUNC_SHIM])), runtimeFile(youki.path)];
  const library = engine === 'wasmedge' ? ['usr/lib/x86_64-linux-gnu/libwasmedge.so.0'] : [];
  if (runtime === 'crun') return bundledRuntime(context, [RUNC_SHIM, 'usr/bin/crun', ...library]);
  return runtime === 'runc' ? bundledRuntime(context, [RUNC_SHIM, 'usr/sbin/runc']) : [];
}

async function versionsOf(context: RunContext, { runtime, engine }: WasmKind): Promise<Readonly<Record<string, string>>> {
  const { shim, youki, wasmRun } = context.toolbox;
  if (runtime === 'thirdwave' && isFound(shim)) return { shim: shim.version };
  if (runtime === 'youki' && isFound(youki)) return { youki: youki.version };
  if (runtime === 'crun') return bundledVersion(context, 'crun', ...(engine === 'wasmedge' ? ['libwasmedge0'] : []));
  return runtime === 'runc' && isFound(wasmRun) ? { wasm_run: wasmRun.version } : {};
}
