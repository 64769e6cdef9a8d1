import { randomBytes } from 'node:crypto';
import { BenchError, EXIT_CODES, messageOf } from '../../core/model/error.ts';
import { suggestion } from '../../core/plan/did-you-mean.ts';
import { pairedLogRatio } from '../../results/stats/paired-log-ratio.ts';
import { ascending, median } from '../../results/stats/quantile.ts';
import type { Command } from '../bench.ts';
import { lookAtHost } from '../compose/host.ts';
import { wholeNumber } from '../compose/plan-here.ts';
import { prepare } from '../compose/prepare.ts';
import { openRun } from '../compose/run-context.ts';
import type { Comparison, SelfBenchmark } from '../self-bench/benchmark.ts';
import { cli } from '../self-bench/cli.ts';
import { container } from '../self-bench/container.ts';
import { energy } from '../self-bench/energy.ts';
import { instantiate } from '../self-bench/instantiate.ts';
import { launch } from '../self-bench/launch.ts';
import { place } from '../self-bench/place.ts';
import { readTestTools } from '../setup/toolbox.ts';

const BENCHMARKS: readonly SelfBenchmark[] = [launch, instantiate, container, cli, place, energy];

/** What the suite itself costs. Reports ratios with n and spread; never a test, so its exit code does not depend on them. */
export const command: Command = {
  options: { rounds: { type: 'string' }, yes: { type: 'boolean' } },
  async run({ positionals, values }, io) {
    const rounds = wholeNumber(values['rounds'], '--rounds', 6);
    const wanted = positionals.map((id) => {
      const found = BENCHMARKS.find((candidate) => candidate.id === id);
      if (found) return found;
      const message = `no self-benchmark “${id}”: ${suggestion(
        id,
        BENCHMARKS.map((candidate) => candidate.id),
      )}`;
      throw new BenchError({ code: 'usage', message, exitCode: EXIT_CODES.usage });
    });
    await prepare('self-bench', { yes: values['yes'] === true, only: undefined }, io);
    const host = await lookAtHost(io);
    const { hyperfine } = await readTestTools(host.context.cacheDir);
    const runId = `self-bench-${process.pid}-${randomBytes(2).toString('hex')}`;
    await using run = await openRun({ runId, originNs: process.hrtime.bigint(), host, io });
    const answers = [];
    for (const benchmark of wanted.length === 0 ? BENCHMARKS : wanted) {
      io.log.info(`${benchmark.id}: ${rounds ?? benchmark.rounds} rounds`);
      try {
        const context = { run, toolbox: host.toolbox, hyperfine, io };
        const comparisons = await benchmark.measure(context, rounds ?? benchmark.rounds);
        answers.push(...comparisons.map(answer));
      } catch (error) {
        io.signal.throwIfAborted();
        answers.push({ id: benchmark.id, unavailable: messageOf(error) });
      }
    }
    io.data(io.json ? JSON.stringify(answers, undefined, 2) : answers.map(line).join('\n'));
    return EXIT_CODES.ok;
  },
};

type Answer = ReturnType<typeof answer> | { readonly id: string; readonly unavailable: string };

function answer({ id, claim, atMost, unit, rounds }: Comparison) {
  const ratio = pairedLogRatio(rounds.map(({ ours, theirs }) => ({ value: ours, reference: theirs })));
  const each = ascending(rounds.map(({ ours, theirs }) => ours / theirs));
  return {
    id,
    claim,
    atMost,
    n: rounds.length,
    ratio: ratio?.estimate,
    interval: ratio?.interval,
    smallest: each[0],
    largest: each.at(-1),
    unit,
    ours: median(rounds.map((round) => round.ours)),
    theirs: median(rounds.map((round) => round.theirs)),
  };
}

function line(one: Answer): string {
  if ('unavailable' in one) return `– ${one.id}: not measured: ${one.unavailable}`;
  const { ratio, interval, atMost, claim, n, smallest, largest, unit, ours, theirs } = one;
  const within = ratio !== undefined && ratio <= atMost ? '✓' : '✗';
  const range = interval ? ` [${interval.low.toFixed(3)}, ${interval.high.toFixed(3)}]` : '';
  const spread = `rounds ${smallest?.toFixed(3)} … ${largest?.toFixed(3)}`;
  const show = (value: number): string => (unit === 's' ? `${(value * 1e6).toFixed(1)} µs` : `${value.toFixed(1)} B`);
  const times = `${show(ours)} against ${show(theirs)}`;
  return `${within} ${claim}\n    ${ratio?.toFixed(3)}${range}, promised ≤ ${atMost}; n = ${n} rounds, ${spread}; ${times}`;
}
