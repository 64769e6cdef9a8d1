import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { type Engine, isFound, type RunContext } from '../../core/model/context.ts';
import { BenchError } from '../../core/model/error.ts';
import type { Workload } from '../../core/model/workload.ts';
import { bundledRuntime, bundledVersion, runtimeFile } from '../docker/runtime-files.ts';
import { readModule, readProgram } from '../native/artifact-kind.ts';
import { launchLimits } from '../native/held.ts';
import { fleetOf } from '../native/fleet-of.ts';
import { instanceCgroup } from '../native/instance-cgroup.ts';
import { openEngineLauncher, type Launcher, type LaunchExit } from '../native/launcher.ts';
import type { Artifact, Fleet, Instance, Prepared, RunnerSession, StartSpec, Variant } from '../runner.ts';
import { makeBundle } from './bundle.ts';
import { runtimePath, versionIn } from './find-runtime.ts';
import { OciInstance, waitingRuntime } from './instance.ts';
import { forgetRun, noteRun } from './leftovers.ts';
import { kindOf, type OciKind, type RuntimeName } from './variants.ts';

const ENVIRONMENT = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' } as const;
const CALL_LIMIT_NS = 20e9;

interface Parts {
  readonly context: RunContext;
  readonly engine: Engine;
  readonly launcher: Launcher;
  /** where the runtimes keep what they know of containers, as they see it */
  readonly stateRoot: string;
}

/**
 * OCI runtimes started as processes: by a launcher that lives where the engine's daemons live, so that a runtime finds its own C library, and t0, first
 * byte and exit are stamped next to it.
 */
export class OciSession implements RunnerSession {
  readonly #parts: Parts;
  readonly #programs = new WeakMap<Prepared, { readonly copy: string; readonly path: string }>();

  private constructor(parts: Parts) {
    this.#parts = parts;
  }

  static async open(context: RunContext): Promise<OciSession> {
    const engine = await context.engine();
    await mkdir(join(engine.shared.here, 'oci', 'programs'), { recursive: true });
    // in the engine's /run, a tmpfs as /run is on a host; on the host's engine below the run's own folder, so that nothing else changes
    const stateRoot = engine.ownership === 'private' ? '/run/thirdwave-oci' : join(engine.shared.inside, 'oci', 'state');
    if (engine.ownership === 'host') await noteRun(context, stateRoot);
    return new OciSession({ context, engine, stateRoot, launcher: await openEngineLauncher(context, engine) });
  }

  async prepare(variant: Variant, workload: Workload): Promise<Prepared> {
    const { context, engine } = this.#parts;
    const kind = kindOf(variant);
    const runtime = await this.#runtime(kind.runtime);
    const source = workload.artifacts[kind.consumes];
    if (source === undefined)
      throw new BenchError({ code: 'artifact-missing', message: `workload ${workload.id} has no ${kind.consumes}` });
    const bytes = await (kind.consumes === 'wasm' ? readModule(source) : readProgram(source));
    const hash = createHash('sha256').update(bytes).digest('hex');
    const copy = join(engine.shared.here, 'oci', 'programs', hash);
    await writeFile(`${copy}.new`, bytes, { mode: 0o755 });
    await rename(`${copy}.new`, copy);
    const said = await this.#call([runtime, '--version']);
    const prepared: Prepared = {
      variant,
      workload,
      digest: `sha256:${hash}`,
      versions: {
        ...workload.versions,
        engine_ownership: engine.ownership,
        oci_runtime: kind.runtime,
        [kind.runtime]: versionIn(Buffer.from(said.stdout).toString('utf8')),
        ...(kind.engine === 'wasmedge' ? await bundledVersion(context, 'libwasmedge0') : {}),
      },
      artifacts: [{ form: 'file', kind: kind.consumes, path: source }, ...(await runtimeFiles(context, kind))],
    };
    this.#programs.set(prepared, { copy, path: kind.consumes === 'wasm' ? 'workload.wasm' : 'workload' });
    return prepared;
  }

  async start(prepared: Prepared, spec: StartSpec): Promise<Instance> {
    const { context, engine, launcher, stateRoot } = this.#parts;
    const { workload, variant } = prepared;
    const { annotations, runtime: name } = kindOf(variant);
    const program = this.#programs.get(prepared);
    if (!program) throw new BenchError({ code: 'artifact-missing', message: `${variant.id} was prepared by another session` });
    const runtime = await this.#runtime(name);
    const held = spec.activity === 'hold';
    const id = `thirdwave-${spec.trialId.replaceAll(/[^\w.-]/g, '_')}`;
    const cgroup = await instanceCgroup(context, spec);
    const bundle = await makeBundle(engine.shared, id, program, {
      args: [`/${program.path}`, ...workload.args, ...(held ? (workload.holdArgs ?? []) : [])],
      env: workload.env,
      cgroupsPath: cgroup && `${cgroup.path}/${id}`,
      ...(annotations === undefined ? {} : { annotations }),
    });
    const launched = await launcher.launch({
      argv: [runtime, '--root', stateRoot, 'run', '--bundle', bundle.inside, id],
      env: ENVIRONMENT,
      stdin: held ? { kind: 'hold' } : workload.stdin === undefined ? { kind: 'empty' } : { kind: 'bytes', bytes: workload.stdin },
      cgroupProcsFiles: [],
      ...launchLimits(spec),
    });
    const forceDelete = async (): Promise<void> => {
      await this.#call([runtime, '--root', stateRoot, 'delete', '--force', id]);
    };
    return new OciInstance({ launched, spec, id, cgroup, bundle: bundle.here, forceDelete });
  }

  /** Containers share nothing that stands; an empty fleet has the role of the waiting runtimes all the same. */
  async openFleet(prepared: Prepared): Promise<Fleet> {
    return fleetOf(async (spec) => this.start(prepared, spec), [waitingRuntime()]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { context, engine, launcher } = this.#parts;
    await launcher[Symbol.asyncDispose]();
    if (engine.ownership === 'host') await forgetRun(context);
  }

  /** @throws BenchError `runtime-missing` */
  async #runtime(name: RuntimeName): Promise<string> {
    const { context, engine } = this.#parts;
    const path = await runtimePath(name, engine, context.toolbox);
    if (path !== undefined) return path;
    throw new BenchError({
      code: 'runtime-missing',
      message: `there is no ${name} here`,
      remedy: `install ${name}, or leave the variant out`,
    });
  }

  /** A short call of a runtime, beside the timed part. What it does wrong is for its caller to see. */
  async #call(argv: readonly [string, ...string[]]): Promise<LaunchExit> {
    const limits = { readyTimeoutNs: CALL_LIMIT_NS, exitTimeoutNs: CALL_LIMIT_NS };
    const stdin = { kind: 'empty' } as const;
    return (await this.#parts.launcher.launch({ argv, env: ENVIRONMENT, stdin, cgroupProcsFiles: [], ...limits })).exited;
  }
}

async function runtimeFiles(context: RunContext, { runtime, engine }: OciKind): Promise<readonly Artifact[]> {
  const { youki } = context.toolbox;
  if (runtime === 'youki') return isFound(youki) ? [runtimeFile(youki.path)] : [];
  const library = engine === 'wasmedge' ? ['usr/lib/x86_64-linux-gnu/libwasmedge.so.0'] : [];
  return bundledRuntime(context, [runtime === 'runc' ? 'usr/sbin/runc' : 'usr/bin/crun', ...library]);
}
