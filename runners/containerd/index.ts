import { isFound } from '../../core/model/context.ts';
import { findEngine } from '../docker/find-engine.ts';
import { hostContainerdSocket } from '../engine/connect-engine.ts';
import { hostPath, packageVersion } from '../oci/find-runtime.ts';
import type { Availability, DetectContext, Runner } from '../runner.ts';
import { ContainerdSession } from './session.ts';
import { sweepContainerd } from './sweep.ts';
import { type ContainerdKind, kindOf, VARIANTS } from './variants.ts';

/** containerd without Docker: what `ctr run` does, by the same calls, without starting a command-line process. */
const runner: Runner = {
  id: 'containerd',
  title: 'containerd, no Docker',
  isolation: 'container',
  capabilities: { activities: ['run', 'hold'], consumes: ['binary', 'wasm'] },
  variants: VARIANTS,
  detect: async (host) => {
    const engine = await findEngine(host);
    const states = VARIANTS.map(async (variant) => [variant.id, await availabilityOf(kindOf(variant), host, engine)] as const);
    return Object.fromEntries(await Promise.all(states));
  },
  open: async (context) => ContainerdSession.open(context),
  sweep: sweepContainerd,
};
export default runner;

async function availabilityOf(
  kind: ContainerdKind,
  { toolbox }: DetectContext,
  engine: Awaited<ReturnType<typeof findEngine>>,
): Promise<Availability> {
  if ('reason' in engine) return { available: false, ...engine };
  const { shim, wasmHost, launcher } = toolbox;
  if (kind.runtime === undefined && !isFound(shim)) return { available: false, reason: shim.missing, remedy: shim.remedy };
  if (kind.runtime === undefined && !isFound(launcher)) return { available: false, reason: launcher.missing, remedy: launcher.remedy };
  if (kind.form === 'precompiled' && !isFound(wasmHost)) return { available: false, reason: wasmHost.missing, remedy: wasmHost.remedy };
  if (engine.ownership === 'private') {
    return { available: true, version: await packageVersion('containerd', toolbox), evidence: 'containerd of the private engine' };
  }
  const socketPath = hostContainerdSocket();
  if (socketPath === undefined || process.getuid?.() !== 0) {
    const reason = socketPath === undefined ? 'containerd has no socket in its usual places' : 'only root may speak to containerd';
    return { available: false, reason, remedy: 'run as root on the host whose Docker is used' };
  }
  if (kind.runtime === undefined) {
    return {
      available: false,
      reason: 'the host’s containerd has not our shim on its PATH',
      remedy: 'use the private engine: DOCKER_HOST=unix:///nowhere',
    };
  }
  if ((await hostPath(kind.runtime, toolbox)) === undefined) {
    return { available: false, reason: `no ${kind.runtime} on PATH`, remedy: `apt-get install ${kind.runtime}` };
  }
  return { available: true, version: engine.version, evidence: socketPath };
}
