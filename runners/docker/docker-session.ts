import { isFound, type Engine, type OwnedCgroup, type RunContext } from '../../core/model/context.ts';
import { BenchError } from '../../core/model/error.ts';
import type { Workload } from '../../core/model/workload.ts';
import { readBundle } from '../engine/bundle.ts';
import { type EngineInfo, readEngineInfo } from '../engine/engine-request.ts';
import { formatOwner, ownIdentity } from '../engine/owner.ts';
import { fleetOf } from '../native/fleet-of.ts';
import { instanceCgroup } from '../native/instance-cgroup.ts';
import type { Fleet, Instance, Prepared, RunnerSession, StartSpec, Variant } from '../runner.ts';
import { ContainerInstance } from './container-instance.ts';
import { standingRoles } from './container-target.ts';
import { EngineApi } from './engine-api.ts';
import { imageStore, offeredRuntimes, registration } from './find-engine.ts';
import type { ReadyImage } from './images.ts';
import { OWNER_LABEL, RUN_LABEL, TRIAL_LABEL } from './labels.ts';
import type { RecipeOf } from './recipe.ts';
import { registeredName } from './runtime-names.ts';

const INFO_LIMIT_MS = 10_000;

interface Parts {
  readonly context: RunContext;
  readonly recipeOf: RecipeOf;
  readonly engine: Engine;
  readonly api: EngineApi;
  readonly info: EngineInfo;
  readonly owner: string;
}

/** The engine connection of a run, for the variants of one runner. */
export class DockerSession implements RunnerSession {
  readonly #context: RunContext;
  readonly #recipeOf: RecipeOf;
  readonly #engine: Engine;
  readonly #api: EngineApi;
  readonly #info: EngineInfo;
  readonly #labels: Readonly<Record<string, string>>;
  readonly #images = new WeakMap<Prepared, ReadyImage>();

  private constructor({ context, recipeOf, engine, api, info, owner }: Parts) {
    this.#context = context;
    this.#recipeOf = recipeOf;
    this.#engine = engine;
    this.#api = api;
    this.#info = info;
    this.#labels = { thirdwave: '1', [RUN_LABEL]: context.runId, [OWNER_LABEL]: owner };
  }

  /** `recipeOf`: what each variant of a runner asks of the engine */
  static async open(context: RunContext, recipeOf: RecipeOf): Promise<DockerSession> {
    const engine = await context.engine();
    const info = await readEngineInfo(engine.socketPath, INFO_LIMIT_MS, context.signal);
    const api = await EngineApi.open(engine.socketPath, () => context.now());
    return new DockerSession({ context, recipeOf, engine, api, info, owner: formatOwner(await ownIdentity()) });
  }

  async prepare(variant: Variant, workload: Workload): Promise<Prepared> {
    const recipe = this.#recipeOf(variant);
    await this.#runtimeName(recipe.runtime);
    const image = await recipe.image(this.#context, this.#api, workload);
    const prepared: Prepared = {
      variant,
      workload,
      digest: image.digest,
      versions: {
        ...workload.versions,
        ...(await this.#versions()),
        oci_runtime: recipe.runtime,
        ...(await recipe.versions(this.#context)),
        image: image.reference,
      },
      artifacts: [{ form: 'oci-archive', kind: 'image', path: image.archivePath }, ...(await recipe.runtimeFiles(this.#context))],
    };
    this.#images.set(prepared, image);
    return prepared;
  }

  async start(prepared: Prepared, spec: StartSpec): Promise<Instance> {
    const { workload, variant } = prepared;
    const { annotations, network, runtime, startLayer } = this.#recipeOf(variant);
    const image = this.#images.get(prepared);
    const held = spec.activity === 'hold';
    const runtimeName = await this.#runtimeName(runtime);
    const cgroup = await this.#groupOf(spec);
    const args = [...workload.args, ...(held ? (workload.holdArgs ?? []) : [])];
    const withStdin = held || workload.stdin !== undefined;
    const body = {
      Image: image?.reference ?? '',
      ...(args.length === 0 ? {} : { Cmd: args }),
      Env: Object.entries(workload.env).map(([name, value]) => `${name}=${value}`),
      Labels: { ...this.#labels, [TRIAL_LABEL]: spec.trialId },
      AttachStdin: withStdin,
      OpenStdin: withStdin,
      StdinOnce: withStdin,
      AttachStdout: true,
      AttachStderr: true,
      HostConfig: {
        Runtime: runtimeName,
        NetworkMode: network,
        ...(annotations === undefined ? {} : { Annotations: annotations }),
        ...(cgroup === undefined ? {} : { CgroupParent: cgroup.path }),
      },
    };
    const around = { api: this.#api, engine: this.#engine, now: () => this.#context.now(), originNs: this.#context.originNs, cgroup };
    return ContainerInstance.start(around, { body, platform: image?.platform, stdin: workload.stdin, held, startLayer }, spec);
  }

  async openFleet(prepared: Prepared): Promise<Fleet> {
    return fleetOf(async (spec) => this.start(prepared, spec), standingRoles(this.#engine));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#api[Symbol.dispose]();
  }

  /** @throws BenchError `runtime-missing` */
  async #runtimeName(runtime: string): Promise<string> {
    const offered = await offeredRuntimes(this.#info);
    const name = registeredName(runtime, offered);
    if (name !== undefined) return name;
    throw new BenchError({
      code: 'runtime-missing',
      message: `the engine has no runtime ${runtime}, only ${offered.join(', ')}`,
      remedy: `install ${runtime} and register it ${registration(runtime)}`,
    });
  }

  /**
   * A parent group for the container, so that CPU time and peak memory can be read after it is gone. Not with the systemd driver, whose parents
   * are slices that systemd itself must make; the probes then read the container's own group while it lives.
   */
  async #groupOf(spec: StartSpec): Promise<OwnedCgroup | undefined> {
    return this.#info.CgroupDriver === 'cgroupfs' ? instanceCgroup(this.#context, spec) : undefined;
  }

  async #versions(): Promise<Readonly<Record<string, string>>> {
    const { Version, ApiVersion, Components } = await this.#api.version();
    const component = (name: string) => Components.find((candidate) => candidate.Name === name)?.Version;
    const { privateEngine } = this.#context.toolbox;
    const bundled = this.#engine.ownership === 'private' && isFound(privateEngine) ? (await readBundle(privateEngine)).versions : {};
    return {
      engine: Version,
      engine_ownership: this.#engine.ownership,
      engine_api: ApiVersion,
      containerd: component('containerd') ?? bundled['containerd'] ?? 'unknown',
      runc: component('runc') ?? bundled['runc'] ?? 'unknown',
      kernel: this.#info.KernelVersion,
      storage: imageStore(this.#info),
      log_driver: this.#info.LoggingDriver,
      cgroup: `v${this.#info.CgroupVersion} ${this.#info.CgroupDriver}`,
      security: this.#info.SecurityOptions.join(' ') || 'none',
    };
  }
}
