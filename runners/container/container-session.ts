import { isFound, type Engine, type OwnedCgroup, type RunContext } from '../../core/model/context.ts';
import { BenchError, codeOf } from '../../core/model/error.ts';
import type { Workload } from '../../core/model/workload.ts';
import { readBundle } from '../engine/bundle.ts';
import { type EngineInfo, readEngineInfo } from '../engine/engine-request.ts';
import { formatOwner, ownIdentity } from '../engine/owner.ts';
import type { Instance, Prepared, RunnerSession, StartSpec, Variant } from '../runner.ts';
import { ContainerInstance } from './container-instance.ts';
import { EngineApi } from './engine-api.ts';
import { readyImage } from './images.ts';
import { OWNER_LABEL, RUN_LABEL, TRIAL_LABEL } from './labels.ts';
import { NETWORK, partsOf, registeredName } from './variants.ts';

const INFO_LIMIT_MS = 10_000;

/** The engine connection of a run. */
export class ContainerSession implements RunnerSession {
  readonly #context: RunContext;
  readonly #engine: Engine;
  readonly #api: EngineApi;
  readonly #info: EngineInfo;
  readonly #labels: Readonly<Record<string, string>>;

  private constructor(context: RunContext, engine: Engine, api: EngineApi, info: EngineInfo, owner: string) {
    this.#context = context;
    this.#engine = engine;
    this.#api = api;
    this.#info = info;
    this.#labels = { thirdwave: '1', [RUN_LABEL]: context.runId, [OWNER_LABEL]: owner };
  }

  static async open(context: RunContext): Promise<ContainerSession> {
    const engine = await context.engine();
    const info = await readEngineInfo(engine.socketPath, INFO_LIMIT_MS, context.signal);
    const api = await EngineApi.open(engine.socketPath, () => context.now());
    return new ContainerSession(context, engine, api, info, formatOwner(await ownIdentity()));
  }

  async prepare(variant: Variant, workload: Workload): Promise<Prepared> {
    const { runtime, packaging } = partsOf(variant);
    this.#runtimeName(runtime);
    const image = await readyImage(this.#context, this.#api, packaging, workload);
    return {
      variant,
      workload,
      digest: image.digest,
      versions: {
        ...workload.versions,
        ...(await this.#versions()),
        oci_runtime: runtime,
        image: image.reference,
      },
      artifacts: [{ form: 'oci-archive', kind: 'image', path: image.archivePath }],
    };
  }

  async start(prepared: Prepared, spec: StartSpec): Promise<Instance> {
    const { workload, variant, versions } = prepared;
    const held = spec.activity === 'hold';
    const runtime = this.#runtimeName(partsOf(variant).runtime);
    const cgroup = await this.#ownGroup(spec.trialId);
    const args = [...workload.args, ...(held ? (workload.holdArgs ?? []) : [])];
    const withStdin = held || workload.stdin !== undefined;
    const body = {
      Image: versions['image'] ?? '',
      ...(args.length === 0 ? {} : { Cmd: args }),
      Env: Object.entries(workload.env).map(([name, value]) => `${name}=${value}`),
      Labels: { ...this.#labels, [TRIAL_LABEL]: spec.trialId },
      AttachStdin: withStdin,
      OpenStdin: withStdin,
      StdinOnce: withStdin,
      AttachStdout: true,
      AttachStderr: true,
      HostConfig: {
        Runtime: runtime,
        NetworkMode: NETWORK,
        ...(cgroup === undefined ? {} : { CgroupParent: cgroup.path }),
      },
    };
    const around = { api: this.#api, engine: this.#engine, now: () => this.#context.now(), cgroup };
    return ContainerInstance.start(around, { body, stdin: workload.stdin, held }, spec);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#api[Symbol.dispose]();
  }

  /** @throws BenchError `runtime-missing` */
  #runtimeName(runtime: string): string {
    const offered = Object.keys(this.#info.Runtimes);
    const name = registeredName(runtime, offered);
    if (name !== undefined) return name;
    throw new BenchError({
      code: 'runtime-missing',
      message: `the engine has no runtime ${runtime}, only ${offered.join(', ')}`,
      remedy: `install ${runtime} and register it in the Docker daemon’s “runtimes”`,
    });
  }

  /**
   * A parent group for the container, so that CPU time and peak memory can be read after it is gone. Not with the systemd driver, whose parents
   * are slices that systemd itself must make; the probes then read the container's own group while it lives.
   */
  async #ownGroup(trialId: string): Promise<OwnedCgroup | undefined> {
    if (this.#info.CgroupDriver !== 'cgroupfs') return undefined;
    try {
      return await this.#context.cgroups.create(trialId);
    } catch (error) {
      if (codeOf(error) === 'cgroup-unavailable') return undefined;
      throw error;
    }
  }

  async #versions(): Promise<Readonly<Record<string, string>>> {
    const { Version, ApiVersion, Components } = await this.#api.version();
    const component = (name: string) => Components.find((candidate) => candidate.Name === name)?.Version;
    const { privateEngine } = this.#context.toolbox;
    const bundled = this.#engine.ownership === 'private' && isFound(privateEngine) ? (await readBundle(privateEngine)).versions : {};
    const storage =
      Object.fromEntries(this.#info.DriverStatus ?? [])['driver-type'] === undefined ? 'graph driver' : 'containerd snapshotter';
    return {
      engine: Version,
      engine_ownership: this.#engine.ownership,
      engine_api: ApiVersion,
      containerd: component('containerd') ?? bundled['containerd'] ?? 'unknown',
      runc: component('runc') ?? bundled['runc'] ?? 'unknown',
      kernel: this.#info.KernelVersion,
      storage: `${storage} ${this.#info.Driver}`,
      log_driver: this.#info.LoggingDriver,
      cgroup: `v${this.#info.CgroupVersion} ${this.#info.CgroupDriver}`,
      security: this.#info.SecurityOptions.join(' ') || 'none',
    };
  }
}
