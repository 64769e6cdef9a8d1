import { join } from 'node:path';
import { execa } from 'execa';
import { sumPss } from '../../probes/memory/pss.ts';
import { loadRunners } from '../../runners/registry.ts';
import type { Prepared, RunnerSession } from '../../runners/runner.ts';
import { resolveBuiltin } from '../compose/workloads.ts';
import { NATIVE_SOURCES, nativeReleaseFolder, nativeTargetFolder } from '../setup/cargo-build.ts';
import { alternating, type Comparison, type SelfBenchContext, type SelfBenchmark } from './benchmark.ts';

const INSTANCES = 1_000_000;
const VARIANTS = ['aot-pooled-64k', 'aot-64k'];

/** What one arm found of a placing: seconds, and bytes per instance that nobody but the process could give back. */
interface Placing {
  readonly seconds: number;
  readonly bytesPerInstance: number;
}

/** A million live null instances as the suite places them against a bare Rust loop (native/wasm-host/examples/bare_place.rs): memory each, and time. */
export const place: SelfBenchmark = {
  id: 'place',
  rounds: 6,
  async measure(context, rounds) {
    const { run, toolbox, io } = context;
    const bareProgram = await buildBare(context);
    const nop = await resolveBuiltin('nop', toolbox);
    const runner = (await loadRunners()).find((candidate) => candidate.id === 'wasmtime');
    if (!runner) throw new Error('there is no wasmtime runner');
    await using session = await runner.open(run.context);
    const comparisons: Comparison[] = [];
    for (const id of VARIANTS) {
      const variant = runner.variants.find((candidate) => candidate.id === id);
      if (!variant) throw new Error(`the wasmtime runner has no variant ${id}`);
      const prepared = await session.prepare(variant, nop);
      const pairs: (readonly [Placing, Placing])[] = [];
      for (let round = 0; round < rounds; round += 1) {
        pairs.push(
          await alternating(
            round,
            async () => ours(context, session, prepared),
            async () => bare(bareProgram, prepared),
          ),
        );
        io.log.info(`  ${id}: round ${round + 1} of ${rounds}`);
      }
      const rows = (field: keyof Placing) => pairs.map(([mine, theirs]) => ({ ours: mine[field], theirs: theirs[field] }));
      const claim = `${INSTANCES} live null instances, ${id}, as the suite places them ÷ bare Rust loop`;
      comparisons.push({
        id: `place-memory-${id}`,
        claim: `memory of each of ${claim}`,
        atMost: 1.05,
        unit: 'B',
        rounds: rows('bytesPerInstance'),
      });
      comparisons.push({ id: `place-time-${id}`, claim: `time to place ${claim}`, atMost: 1.25, unit: 's', rounds: rows('seconds') });
    }
    return comparisons;
  },
};

async function buildBare({ run, io }: SelfBenchContext): Promise<string> {
  io.log.info('building the bare loop …');
  const { cacheDir, signal } = run.context;
  await execa('cargo', ['build', '--release', '--locked', '--package', 'thirdwave-wasm-host', '--example', 'bare_place'], {
    cwd: NATIVE_SOURCES,
    env: { CARGO_TARGET_DIR: nativeTargetFolder(cacheDir) },
    cancelSignal: signal,
  });
  const release = await nativeReleaseFolder(cacheDir, { signal, logPath: join(cacheDir, 'logs', 'self-bench.log') });
  return join(release, 'examples', 'bare_place');
}

async function ours(context: SelfBenchContext, session: RunnerSession, prepared: Prepared): Promise<Placing> {
  const [empty, full] = [await placing(context, session, prepared, 0), await placing(context, session, prepared, INSTANCES)];
  return { seconds: full.seconds, bytesPerInstance: (full.bytes - empty.bytes) / INSTANCES };
}

async function placing({ run }: SelfBenchContext, session: RunnerSession, prepared: Prepared, instances: number) {
  const { signal } = run.context;
  const spec = {
    trialId: `place.${instances}`,
    activity: 'place',
    instances,
    readyTimeoutNs: 120e9,
    exitTimeoutNs: 120e9,
    signal,
  } as const;
  await using instance = await session.start(prepared, spec);
  await instance.ready();
  const pids = (await instance.target()).roles.flatMap((role) => role.pids);
  const { anonymous } = await sumPss(pids);
  if (typeof anonymous === 'string') throw new Error(anonymous);
  await instance.release();
  const phase = (await instance.exited()).phases.find((candidate) => candidate.phase === 'place');
  return { bytes: anonymous, seconds: phase === undefined ? 0 : (phase.endNs - phase.startNs) / 1e9 };
}

async function bare(program: string, { variant, artifacts }: Prepared): Promise<Placing> {
  const module = artifacts.find((artifact) => artifact.kind === 'wasm')?.path ?? '';
  const pooling = variant.factors['allocator'] === 'pooling' ? ['--allocator', 'pooling'] : ['--allocator', 'on-demand'];
  const settings = ['--cow', 'false', '--reservation', String(64 * 1024), '--guard', '0'];
  const { stdout } = await execa(program, [
    '--module',
    module,
    '--instances',
    String(INSTANCES),
    '--function',
    'nop',
    ...pooling,
    ...settings,
  ]);
  const said = JSON.parse(stdout) as { seconds: number; before: Memory; after: Memory };
  const bytes = said.after.pssAnonAndShmemBytes - said.before.pssAnonAndShmemBytes;
  return { seconds: said.seconds, bytesPerInstance: bytes / INSTANCES };
}

interface Memory {
  readonly pssAnonAndShmemBytes: number;
}
