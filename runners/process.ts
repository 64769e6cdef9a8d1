import type { RunContext } from '../core/model/context.ts';
import { BenchError } from '../core/model/error.ts';
import type { Workload } from '../core/model/workload.ts';
import { readProgram } from './native/artifact-kind.ts';
import { fileDigest } from './native/file-digest.ts';
import { launchLimits } from './native/held.ts';
import { heldCgroup } from './native/instance-cgroup.ts';
import { type ExitReader, LaunchedInstance } from './native/launched-instance.ts';
import { type Launcher, openLauncher } from './native/launcher.ts';
import type { Instance, Prepared, Runner, RunnerSession, StartSpec, Variant } from './runner.ts';

const NATIVE: Variant = {
  id: 'native',
  title: 'host process, static binary',
  default: true,
  rung: 'host-process',
  factors: {},
};

/** A native process on the host: the reference every technology is paired with, and the floor. */
const runner: Runner = {
  id: 'process',
  title: 'Host process',
  isolation: 'process',
  capabilities: { activities: ['run', 'hold'], consumes: ['binary'] },
  variants: [NATIVE],
  detect: async () => ({
    native: { available: true, version: process.platform, evidence: `${process.platform} ${process.arch}` },
  }),
  open: async (context) => new ProcessSession(context, await openLauncher(context)),
  // The launcher dies with the suite (PR_SET_PDEATHSIG) and takes its children with it; groups are swept centrally.
  sweep: async () => [],
};
export default runner;

class ProcessSession implements RunnerSession {
  readonly #context: RunContext;
  readonly #launcher: Launcher;

  constructor(context: RunContext, launcher: Launcher) {
    this.#context = context;
    this.#launcher = launcher;
  }

  async prepare(variant: Variant, workload: Workload): Promise<Prepared> {
    const path = binaryOf(workload);
    await readProgram(path);
    return {
      variant,
      workload,
      digest: await fileDigest(path),
      versions: { ...workload.versions, launcher: this.#launcher.kind },
      artifacts: [{ form: 'file', kind: 'binary', path }],
    };
  }

  async start({ workload }: Prepared, spec: StartSpec): Promise<Instance> {
    const cgroup = await heldCgroup(this.#context, spec);
    const held = spec.activity === 'hold';
    const bytes = workload.stdin;
    const launched = await this.#launcher.launch({
      argv: [binaryOf(workload), ...workload.args, ...(held ? (workload.holdArgs ?? []) : [])],
      env: workload.env,
      stdin: held ? { kind: 'hold' } : bytes === undefined ? { kind: 'empty' } : { kind: 'bytes', bytes },
      cgroupProcsFiles: cgroup?.procsFiles ?? [],
      ...launchLimits(spec),
    });
    return new LaunchedInstance(launched, spec, cgroup, READER);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#launcher[Symbol.asyncDispose]();
  }
}

const READER: ExitReader = {
  phases: (exit) => [
    { phase: 'spawn', layer: 'kernel', startNs: exit.t0Ns, endNs: exit.spawnedNs },
    ...(exit.firstByteNs === undefined
      ? []
      : [
          { phase: 'first-byte', layer: 'program', startNs: exit.spawnedNs, endNs: exit.firstByteNs },
          { phase: 'exit', layer: 'program', startNs: exit.firstByteNs, endNs: exit.exitNs },
        ]),
  ],
  loops: () => [],
  abnormal: () => undefined,
  stderr: (exit) => exit.stderrTail,
};

function binaryOf(workload: Workload): string {
  const path = workload.artifacts.binary;
  if (path === undefined) throw new BenchError({ code: 'artifact-missing', message: `workload ${workload.id} has no binary` });
  return path;
}
