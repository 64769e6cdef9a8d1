import { join } from 'node:path';
import { isFound, type RunContext } from '../../core/model/context.ts';
import { BenchError } from '../../core/model/error.ts';
import type { Workload } from '../../core/model/workload.ts';
import { readModule } from '../native/artifact-kind.ts';
import { fileDigest } from '../native/file-digest.ts';
import type { JsonLineProcess } from '../../core/host/json-line-process.ts';
import { precompiled, startWasmHost } from '../native/wasm-host.ts';
import type { Artifact, Fleet, Instance, LoopFact, Prepared, RunnerSession, StartSpec, Variant } from '../runner.ts';
import { HostFleet } from './host-fleet.ts';
import { HostedInstance } from './instance.ts';
import { LoopInstance } from './loop-instance.ts';
import { engineOf, runRequest } from './requests.ts';

/** Calls per batch, sized so that a batch lasts well over the clock's resolution; batches, for the median. */
const LOOPS = [
  { metric: 'warm_compile', measure: 'compile', modes: ['jit'], iterationsPerBatch: 1, batches: 15, warmupIterations: 2 },
  {
    metric: 'warm_instantiate_call',
    measure: 'instantiate-call',
    modes: ['jit', 'aot'],
    iterationsPerBatch: 1000,
    batches: 30,
    warmupIterations: 1000,
  },
  { metric: 'warm_call', measure: 'call', modes: ['jit', 'aot'], iterationsPerBatch: 50_000, batches: 30, warmupIterations: 10_000 },
] as const;

/**
 * Owns the live host process. `run` and `loop` trials share one (it is what “live host” means); a held trial gets a fresh one, so that a
 * memory reading is one host with the trial's instances and nothing of earlier trials.
 */
export class WasmtimeSession implements RunnerSession {
  readonly #context: RunContext;
  #live: JsonLineProcess | undefined;
  readonly #warmed = new Set<string>();

  constructor(context: RunContext) {
    this.#context = context;
  }

  async prepare(variant: Variant, workload: Workload): Promise<Prepared> {
    const wasm = wasmOf(workload);
    await readModule(wasm);
    const digest = await fileDigest(wasm);
    const artifacts: Artifact[] = [{ form: 'file', kind: 'wasm', path: wasm }];
    if (variant.factors['compile_mode'] === 'aot') {
      const path = await precompiled(this.#context, { wasm, engine: engineOf(variant), host: async () => this.#liveHost() });
      artifacts.push({ form: 'file', kind: 'cwasm', path });
    }
    await this.#warmEngine(variant, wasm);
    const { wasmHost } = this.#context.toolbox;
    return {
      variant,
      workload,
      digest,
      versions: { ...workload.versions, wasmtime: isFound(wasmHost) ? wasmHost.version : '' },
      artifacts,
    };
  }

  async start(prepared: Prepared, spec: StartSpec): Promise<Instance> {
    if (spec.activity === 'loop') {
      const host = await this.#liveHost();
      return new LoopInstance(() => this.#loops(host, prepared), this.#context);
    }
    if (spec.activity === 'run') {
      await this.#warmEngine(prepared.variant, wasmOf(prepared.workload));
      const home = { host: await this.#liveHost(), group: undefined, shared: false };
      return new HostedInstance(home, runRequest(prepared, spec), spec);
    }
    return (await HostFleet.open(this.#context, prepared, spec)).startAlone(spec);
  }

  async openFleet(prepared: Prepared, spec: StartSpec): Promise<Fleet> {
    return HostFleet.open(this.#context, prepared, spec);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#live?.[Symbol.asyncDispose]();
  }

  async #liveHost(): Promise<JsonLineProcess> {
    if (this.#live?.alive !== true) {
      this.#live = await startWasmHost(this.#context);
      this.#warmed.clear();
    }
    return this.#live;
  }

  /** A live host has its engine: creating one (2 ms of pool reservation, say) is not part of an instance's start. */
  async #warmEngine(variant: Variant, module: string): Promise<void> {
    const engine = engineOf(variant);
    const key = JSON.stringify(engine);
    const host = await this.#liveHost();
    if (this.#warmed.has(key)) return;
    await host.call({ op: 'precompile', module, out: join(this.#context.tempDir, 'warm.cwasm'), engine });
    this.#warmed.add(key);
  }

  async #loops(host: JsonLineProcess, { variant, workload, artifacts }: Prepared): Promise<readonly LoopFact[]> {
    const mode = variant.factors['compile_mode'] === 'aot' ? 'aot' : 'jit';
    const module = artifacts.find((artifact) => artifact.kind === (mode === 'aot' ? 'cwasm' : 'wasm'))?.path;
    const facts: LoopFact[] = [];
    for (const { metric, modes, ...sizes } of LOOPS) {
      if (!(modes as readonly string[]).includes(mode)) {
        facts.push({ metric, origin: 'none', unavailable: 'compiled ahead of time: the host compiles nothing' });
        continue;
      }
      const request = {
        op: 'loop',
        module,
        precompiled: mode === 'aot',
        engine: engineOf(variant),
        function: workload.loopFunction,
        ...sizes,
      };
      const done = await host.call(request);
      const batchNs = (done['batchNs'] as readonly number[]).toSorted((x, y) => x - y);
      const middleNs = batchNs[Math.floor(batchNs.length / 2)] ?? Number.NaN;
      const origin = `wasm-host loop: median of ${batchNs.length} batches of ${sizes.iterationsPerBatch}`;
      facts.push({ metric, secondsPerCall: middleNs / sizes.iterationsPerBatch / 1e9, origin });
    }
    return facts;
  }
}

function wasmOf(workload: Workload): string {
  const path = workload.artifacts.wasm;
  if (path === undefined) throw new BenchError({ code: 'artifact-missing', message: `workload ${workload.id} has no .wasm` });
  return path;
}
