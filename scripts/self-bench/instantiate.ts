import { join } from 'node:path';
import { execa } from 'execa';
import { median } from '../../results/stats/quantile.ts';
import { loadRunners } from '../../runners/registry.ts';
import { resolveBuiltin } from '../compose/workloads.ts';
import { NATIVE_SOURCES, nativeReleaseFolder, nativeTargetFolder } from '../setup/cargo-build.ts';
import { alternating, type SelfBenchmark } from './benchmark.ts';

/** Instantiate + call of a null function as the suite reports it against the same loop in bare Rust (native/wasm-host/examples). */
export const instantiate: SelfBenchmark = {
  id: 'instantiate',
  rounds: 15,
  async measure({ run, toolbox, io }, rounds) {
    io.log.info('building the bare loop …');
    const { cacheDir, signal } = run.context;
    await execa('cargo', ['build', '--release', '--locked', '--package', 'thirdwave-wasm-host', '--example', 'bare_loop'], {
      cwd: NATIVE_SOURCES,
      env: { CARGO_TARGET_DIR: nativeTargetFolder(cacheDir) },
      cancelSignal: io.signal,
    });
    const release = await nativeReleaseFolder(cacheDir, { signal, logPath: join(cacheDir, 'logs', 'self-bench.log') });
    const nop = await resolveBuiltin('nop', toolbox);
    const runner = (await loadRunners()).find((candidate) => candidate.id === 'wasmtime');
    const variant = runner?.variants.find((candidate) => candidate.id === 'aot-pooled');
    if (!runner || !variant) throw new Error('the wasmtime runner has no variant aot-pooled');
    await using session = await runner.open(run.context);
    const prepared = await session.prepare(variant, nop);
    const cwasm = prepared.artifacts.find((artifact) => artifact.kind === 'cwasm')?.path ?? '';
    const suite = async (round: number): Promise<number> => {
      const spec = {
        trialId: `loop.${round}`,
        activity: 'loop',
        readyTimeoutNs: 60e9,
        exitTimeoutNs: 60e9,
        signal: run.context.signal,
      } as const;
      await using instance = await session.start(prepared, spec);
      const { loops } = await instance.exited();
      const loop = loops.find((candidate) => candidate.metric === 'warm_instantiate_call');
      return loop && 'secondsPerCall' in loop ? loop.secondsPerCall : Number.NaN;
    };
    const bare = async (): Promise<number> => {
      const { stdout } = await execa(join(release, 'examples', 'bare_loop'), [
        '--module',
        cwasm,
        '--precompiled',
        '--allocator',
        'pooling',
      ]);
      const { batchNs, iterationsPerBatch } = JSON.parse(stdout) as { batchNs: readonly number[]; iterationsPerBatch: number };
      return median(batchNs) / iterationsPerBatch / 1e9;
    };
    const pairs = [];
    for (let round = 0; round < rounds; round += 1) {
      const [ours, theirs] = await alternating(round, async () => suite(round), bare);
      pairs.push({ ours, theirs });
    }
    return [
      {
        id: 'instantiate-call',
        claim: 'wasmtime aot-pooled instantiate + call, as reported ÷ bare Rust loop',
        atMost: 1.05,
        unit: 's',
        rounds: pairs,
      },
    ];
  },
};
