import { execa } from 'execa';
import { median } from '../../results/stats/quantile.ts';
import { loadRunners } from '../../runners/registry.ts';
import type { RunnerSession, Prepared } from '../../runners/runner.ts';
import { resolveBuiltin } from '../compose/workloads.ts';
import { alternating, type Comparison, type SelfBenchContext, type SelfBenchmark } from './benchmark.ts';
import { BareEngineClient } from './bare-engine-client.ts';
import { hyperfineMedian } from './hyperfine.ts';

/** per arm and round */
const STARTS = 6;

/** Container cold start as the suite reports it against the same calls on bare sockets, and against the docker command line. */
export const container: SelfBenchmark = {
  id: 'container',
  rounds: 20,
  async measure(context, rounds) {
    const { run, toolbox, io } = context;
    const runner = (await loadRunners()).find((candidate) => candidate.id === 'container');
    const variant = runner?.variants.find((candidate) => candidate.id === 'runc-scratch');
    if (!runner || !variant) throw new Error('the container runner has no variant runc-scratch');
    await using session = await runner.open(run.context);
    const prepared = await session.prepare(variant, await resolveBuiltin('noop', toolbox));
    const engine = await run.context.engine();
    const bare = new BareEngineClient(engine.socketPath);
    const image = prepared.versions['image'] ?? '';
    const body = {
      Image: image,
      AttachStdout: true,
      AttachStderr: true,
      Labels: { 'thirdwave.run': run.context.runId },
      HostConfig: { CgroupParent: run.context.cgroups.parentPath },
    };
    const docker = await dockerCommand(engine.socketPath);
    const againstCalls: { ours: number; theirs: number }[] = [];
    const againstCommand: { ours: number; theirs: number }[] = [];
    for (let round = 0; round < rounds; round += 1) {
      io.signal.throwIfAborted();
      const ours: number[] = [];
      const theirs: number[] = [];
      // Pair by pair, the order alternating: engines go on working after they have answered, and whoever comes next waits for it.
      for (let index = 0; index < STARTS; index += 1) {
        const suite = async (): Promise<number> => suiteColdStart(context, session, prepared, `self.${round}.${index}`);
        const calls = async (): Promise<number> => bareColdStart(context, bare, body);
        const [one, other] = await alternating(index, suite, calls);
        ours.push(one);
        theirs.push(other);
      }
      againstCalls.push({ ours: median(ours), theirs: median(theirs) });
      if (docker !== undefined) {
        againstCommand.push({ ours: median(ours), theirs: await hyperfineMedian(context, `${docker} run --rm ${image}`, STARTS) });
      }
    }
    const comparisons: Comparison[] = [
      {
        id: 'container-calls',
        claim: `container cold start ÷ the same Engine API calls on bare sockets, medians of ${STARTS}, alternating`,
        atMost: 1.03,
        unit: 's',
        rounds: againstCalls,
      },
    ];
    if (docker === undefined) io.log.warn('no docker command: the comparison with “docker run” is left out');
    else
      comparisons.push({
        id: 'container-command',
        claim: `container cold start ÷ docker run --rm by hyperfine, medians of ${STARTS}`,
        atMost: 1,
        unit: 's',
        rounds: againstCommand,
      });
    return comparisons;
  },
};

async function suiteColdStart({ run }: SelfBenchContext, session: RunnerSession, prepared: Prepared, trialId: string): Promise<number> {
  await run.context.settle();
  const spec = { trialId, activity: 'run', readyTimeoutNs: 20e9, exitTimeoutNs: 20e9, signal: run.context.signal } as const;
  await using instance = await session.start(prepared, spec);
  await instance.ready();
  const exit = await instance.exited();
  return ((exit.t1Ns ?? Number.NaN) - exit.t0Ns) / 1e9;
}

async function bareColdStart({ run }: SelfBenchContext, bare: BareEngineClient, body: unknown): Promise<number> {
  await run.context.settle();
  return bare.coldStartSeconds(body);
}

/** The docker command aimed at this engine, where one is installed. */
async function dockerCommand(socketPath: string): Promise<string | undefined> {
  const found = await execa('docker', ['--version'], { reject: false });
  return found.exitCode === 0 ? `docker --host unix://${socketPath}` : undefined;
}
