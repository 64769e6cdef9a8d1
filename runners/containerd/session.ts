import { createHash } from 'node:crypto';
import { type Engine, isFound, type RunContext } from '../../core/model/context.ts';
import { BenchError } from '../../core/model/error.ts';
import type { Workload } from '../../core/model/workload.ts';
import { standingRoles } from '../docker/container-target.ts';
import { imageArchive } from '../docker/images.ts';
import { OWNER_LABEL, RUN_LABEL, TRIAL_LABEL } from '../docker/labels.ts';
import { bundledRuntime, bundledVersion, runtimeFile } from '../docker/runtime-files.ts';
import { formatOwner, ownIdentity } from '../engine/owner.ts';
import { fleetOf } from '../native/fleet-of.ts';
import { instanceCgroup } from '../native/instance-cgroup.ts';
import { runtimePath } from '../oci/find-runtime.ts';
import { runtimeConfig } from '../oci/runtime-config.ts';
import type { Artifact, Fleet, Instance, Prepared, RunnerSession, StartSpec, Variant } from '../runner.ts';
import { ContainerdClient } from './client.ts';
import { imageSource } from './images.ts';
import { importImage, type ImportedImage } from './import-image.ts';
import { ContainerdInstance } from './instance.ts';
import { TaskStreams } from './task-streams.ts';
import { type ContainerdKind, kindOf } from './variants.ts';

const SHIM_FILE = 'usr/bin/containerd-shim-runc-v2';
const RUNTIME_FILES = { runc: 'usr/sbin/runc', crun: 'usr/bin/crun' } as const;

interface Parts {
  readonly context: RunContext;
  readonly engine: Engine;
  readonly client: ContainerdClient;
  readonly owner: string;
}

interface Ready extends ImportedImage {
  readonly entrypoint: readonly string[];
}

/** containerd's API on the socket behind the engine, in a containerd namespace of our own. */
export class ContainerdSession implements RunnerSession {
  readonly #parts: Parts;
  readonly #images = new WeakMap<Prepared, Ready>();

  private constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** @throws BenchError `engine-unavailable` where the engine's containerd cannot be reached */
  static async open(context: RunContext): Promise<ContainerdSession> {
    const engine = await context.engine();
    const { containerdSocketPath } = engine;
    if (containerdSocketPath === undefined) {
      throw new BenchError({
        code: 'engine-unavailable',
        message: 'the engine’s containerd has no socket that is known here',
        remedy: 'leave the containerd runner out, or use the private engine (DOCKER_HOST=unix:///nowhere)',
      });
    }
    const client = await ContainerdClient.open(containerdSocketPath);
    return new ContainerdSession({ context, engine, client, owner: formatOwner(await ownIdentity()) });
  }

  async prepare(variant: Variant, workload: Workload): Promise<Prepared> {
    const { context, engine, client } = this.#parts;
    const kind = kindOf(variant);
    const source = await imageSource(context, kind, workload);
    const archive = await imageArchive(context, source);
    const image = await importImage(client, archive.archivePath);
    const { version } = await client.call<{ version: string }>('version.Version.Version', {});
    const prepared: Prepared = {
      variant,
      workload,
      digest: archive.digests.manifest,
      versions: {
        ...workload.versions,
        engine_ownership: engine.ownership,
        containerd: version,
        shim: kind.shim,
        ...(await versionsOf(context, kind)),
        image: image.name,
      },
      artifacts: [{ form: 'oci-archive', kind: 'image', path: archive.archivePath }, ...(await runtimeFiles(context, kind))],
    };
    this.#images.set(prepared, { ...image, entrypoint: source.config.entrypoint });
    return prepared;
  }

  async start(prepared: Prepared, spec: StartSpec): Promise<Instance> {
    const { context, engine, client, owner } = this.#parts;
    const { workload, variant } = prepared;
    const kind = kindOf(variant);
    const image = this.#images.get(prepared);
    if (!image) throw new BenchError({ code: 'image-missing', message: `${variant.id} was prepared by another session` });
    const held = spec.activity === 'hold';
    const id = containerId(context.runId, spec.trialId);
    const cgroup = await instanceCgroup(context, spec);
    const streams = await TaskStreams.open(engine.shared, id, () => context.now());
    const config = runtimeConfig({
      args: [...image.entrypoint, ...workload.args, ...(held ? (workload.holdArgs ?? []) : [])],
      env: workload.env,
      cgroupsPath: cgroup && `${cgroup.path}/${id}`,
    });
    const around = { client, engine, cgroup, streams, now: () => context.now(), originNs: context.originNs };
    const request = {
      id,
      image: image.name,
      chainId: image.chainId,
      runtime: await this.#runtime(kind),
      runtimeLayer: kind.runtime === undefined ? ('shim' as const) : ('oci-runtime' as const),
      spec: { type_url: 'types.containerd.io/opencontainers/runtime-spec/1/Spec', value: Buffer.from(JSON.stringify(config)) },
      labels: { thirdwave: '1', [RUN_LABEL]: context.runId, [TRIAL_LABEL]: spec.trialId, [OWNER_LABEL]: owner },
      stdin: workload.stdin,
      held,
    };
    return ContainerdInstance.start(around, request, spec);
  }

  async openFleet(prepared: Prepared): Promise<Fleet> {
    return fleetOf(async (spec) => this.start(prepared, spec), standingRoles(this.#parts.engine));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#parts.client[Symbol.dispose]();
  }

  /** containerd's shim starts runc unless its options name another program (`BinaryName`, field 6 of containerd.runc.v1.Options). */
  async #runtime({ shim, runtime }: ContainerdKind): Promise<{ name: string; options?: { type_url: string; value: Buffer } }> {
    if (runtime !== 'crun') return { name: shim };
    const { context, engine } = this.#parts;
    const path = await runtimePath(runtime, engine, context.toolbox);
    if (path === undefined) throw new BenchError({ code: 'runtime-missing', message: 'there is no crun here', remedy: 'install crun' });
    const value = Buffer.concat([Buffer.from([(6 << 3) | 2, Buffer.byteLength(path)]), Buffer.from(path)]);
    return { name: shim, options: { type_url: 'containerd.runc.v1.Options', value } };
  }
}

/** Unique within containerd, at most 76 characters of letters, digits and single hyphens (containerd: identifiers/validate.go). */
function containerId(runId: string, trialId: string): string {
  const unique = createHash('sha256').update(`${runId}/${trialId}`).digest('hex').slice(0, 12);
  const readable = trialId.replaceAll(/[^A-Za-z0-9]+/g, '-').replaceAll(/^-|-$/g, '');
  return `thirdwave-${unique}-${readable.slice(0, 40).replace(/-$/, '')}`;
}

async function runtimeFiles(context: RunContext, { runtime }: ContainerdKind): Promise<readonly Artifact[]> {
  const { shim } = context.toolbox;
  if (runtime !== undefined) return bundledRuntime(context, [RUNTIME_FILES[runtime], SHIM_FILE]);
  return isFound(shim) ? [runtimeFile(shim.path)] : [];
}

async function versionsOf(context: RunContext, { runtime }: ContainerdKind): Promise<Readonly<Record<string, string>>> {
  const { shim } = context.toolbox;
  if (runtime !== undefined) return { oci_runtime: runtime, ...(await bundledVersion(context, runtime)) };
  return isFound(shim) ? { thirdwave_shim: shim.version } : {};
}
