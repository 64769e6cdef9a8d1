import { randomBytes } from 'node:crypto';
import { BenchError, EXIT_CODES } from '../../core/model/error.ts';
import type { GateConfig } from '../../core/model/gate-config.ts';
import { parseDurationNs } from '../../core/model/quantity.ts';
import type { Host } from '../compose/host.ts';
import type { Io } from '../compose/io.ts';
import { openRun } from '../compose/run-context.ts';
import type { ResolvedProgram } from './arms.ts';
import { learnExpectation, type Place } from './expectation.ts';
import type { ExpectedProgram } from './plan-gate.ts';

/**
 * Every program with what it must print: as configured, else what base prints in untimed lives, in the first technology of the gate that takes it here.
 * @throws BenchError as `learnExpectation`; `nothing-to-run` (exit 3) where no technology of the gate can run base here
 */
export async function withExpectations(
  programs: readonly ResolvedProgram[],
  config: GateConfig,
  host: Host,
  io: Io,
): Promise<readonly ExpectedProgram[]> {
  const known = programs.flatMap((program) => (program.expect === undefined ? [] : [{ ...program, expect: program.expect }]));
  if (known.length === programs.length) return known;
  const runId = `expect-${process.pid}-${randomBytes(2).toString('hex')}`;
  await using run = await openRun({ runId, originNs: process.hrtime.bigint(), host, io });
  const answers: ExpectedProgram[] = [];
  for (const program of programs) {
    const expect = program.expect ?? (await learnExpectation(program, await placeFor(program, config, host), run.context));
    answers.push({ ...program, expect });
  }
  return answers;
}

async function placeFor({ id, base, head }: ResolvedProgram, config: GateConfig, host: Host): Promise<Place> {
  const { artifacts } = base ?? head;
  const limits = { readyTimeoutNs: parseDurationNs(config.timeouts.ready) ?? 0, exitTimeoutNs: parseDurationNs(config.timeouts.exit) ?? 0 };
  const reasons: string[] = [];
  for (const cell of config.cells) {
    const runner = host.runners.find((candidate) => candidate.id === cell.runner);
    if (!runner) continue;
    const detected = await runner.detect(host.context);
    for (const variant of runner.variants) {
      const wanted = cell.variants === undefined ? variant.default : cell.variants.includes(variant.id);
      const takes = (variant.consumes ?? runner.capabilities.consumes).some((form) => artifacts[form] !== undefined);
      const found = detected[variant.id];
      if (!wanted || !takes || !found) continue;
      if (found.available) return { runner, variant: { ...variant, factors: { ...variant.factors, ...found.factors } }, ...limits };
      reasons.push(`${runner.id}/${variant.id}: ${found.reason} → ${found.remedy}`);
    }
  }
  throw new BenchError({
    code: 'nothing-to-run',
    message: [`program ${id} cannot be run in any cell of this gate here`, ...reasons].join('\n  '),
    remedy: '“thirdwave doctor” explains each technology; name cells that take the form of the artifact',
    exitCode: EXIT_CODES.hostUnfit,
  });
}
