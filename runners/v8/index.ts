import { fileURLToPath } from 'node:url';
import type { RunContext } from '../../core/model/context.ts';
import { BenchError } from '../../core/model/error.ts';
import type { Workload } from '../../core/model/workload.ts';
import { readModule } from '../native/artifact-kind.ts';
import { fileDigest } from '../native/file-digest.ts';
import { launchLimits } from '../native/held.ts';
import { heldCgroup } from '../native/instance-cgroup.ts';
import { type ExitReader, LaunchedInstance } from '../native/launched-instance.ts';
import { type Launcher, openLauncher } from '../native/launcher.ts';
import type { Instance, Phase, Prepared, Runner, RunnerSession, StartSpec, Variant } from '../runner.ts';
import { splitStory, type WorkerArguments } from './protocol.ts';

/** Compiled, also where this file runs from its source (tests): the worker is a plain Node program. */
const WORKER = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../../dist/runners/v8/worker.js' : 'worker.js', import.meta.url));

const JIT: Variant = {
  id: 'jit',
  title: 'node:wasi in a process of its own',
  default: true,
  rung: 'host-process',
  factors: { compile_mode: 'jit', allocator: 'on-demand' },
};

/** WebAssembly on V8 through node:wasi, one Node process per instance. */
const runner: Runner = {
  id: 'v8',
  title: 'V8 (node:wasi)',
  isolation: 'wasm-sandbox',
  capabilities: { activities: ['run', 'hold', 'loop'], consumes: ['wasm'] },
  variants: [JIT],
  detect: async () => ({
    jit: { available: true, version: `Node ${process.version}, V8 ${process.versions.v8}`, evidence: process.execPath },
  }),
  open: async (context) => new V8Session(context, await openLauncher(context)),
  // Its processes die with the launcher, which dies with the suite.
  sweep: async () => [],
};
export default runner;

class V8Session implements RunnerSession {
  readonly #context: RunContext;
  readonly #launcher: Launcher;

  constructor(context: RunContext, launcher: Launcher) {
    this.#context = context;
    this.#launcher = launcher;
  }

  async prepare(variant: Variant, workload: Workload): Promise<Prepared> {
    const path = wasmOf(workload);
    await readModule(path);
    return {
      variant,
      workload,
      digest: await fileDigest(path),
      versions: { ...workload.versions, node: process.version, v8: process.versions.v8, launcher: this.#launcher.kind },
      artifacts: [{ form: 'file', kind: 'wasm', path }],
    };
  }

  async start({ workload }: Prepared, spec: StartSpec): Promise<Instance> {
    const cgroup = await heldCgroup(this.#context, spec);
    const held = spec.activity === 'hold';
    const worker: WorkerArguments = {
      module: wasmOf(workload),
      originNs: String(this.#context.originNs),
      activity: spec.activity,
      name: workload.id,
      args: [...workload.args, ...(held ? (workload.holdArgs ?? []) : [])],
      env: workload.env,
      loopFunction: workload.loopFunction,
    };
    const bytes = workload.stdin;
    const launched = await this.#launcher.launch({
      argv: [process.execPath, '--no-warnings', WORKER, JSON.stringify(worker)],
      env: {},
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
  phases: (exit) => {
    const { story } = splitStory(exit.stderrTail);
    if (!story) return [];
    const firstByteNs = exit.firstByteNs ?? story.returnedNs;
    const phase = (name: string, layer: string, startNs: number, endNs: number): Phase => ({ phase: name, layer, startNs, endNs });
    return [
      phase('spawn', 'kernel', exit.t0Ns, exit.spawnedNs),
      phase('node-start', 'node', exit.spawnedNs, story.workerNs),
      phase('read', 'node', story.workerNs, story.readNs),
      phase('compile', 'v8', story.readNs, story.compiledNs),
      phase('instantiate', 'v8', story.compiledNs, story.instantiatedNs),
      phase('first-byte', 'program', story.instantiatedNs, firstByteNs),
      phase('exit', 'node', firstByteNs, exit.exitNs),
    ];
  },
  loops: (exit) => (splitStory(exit.stderrTail).story?.loops ?? []).map((loop) => ({ ...loop, origin: 'tinybench in the worker' })),
  abnormal: (exit) => {
    const trap = splitStory(exit.stderrTail).story?.trap;
    return trap === undefined ? undefined : `trap: ${trap}`;
  },
  stderr: (exit) => splitStory(exit.stderrTail).guestStderr,
};

function wasmOf(workload: Workload): string {
  const path = workload.artifacts.wasm;
  if (path === undefined) throw new BenchError({ code: 'artifact-missing', message: `workload ${workload.id} has no .wasm` });
  return path;
}
