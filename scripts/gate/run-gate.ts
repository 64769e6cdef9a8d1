import { stat } from 'node:fs/promises';
import { BenchError, EXIT_CODES } from '../../core/model/error.ts';
import type { GateConfig } from '../../core/model/gate-config.ts';
import type { Command } from '../bench.ts';
import { type Host, lookAtHost } from '../compose/host.ts';
import type { Io } from '../compose/io.ts';
import { measure, type StopRule } from '../compose/measure.ts';
import { DEFAULT_REPORTS, DEFAULT_RESULTS } from '../compose/paths.ts';
import { wholeNumber } from '../compose/plan-here.ts';
import { type ResolvedProgram, resolvePrograms } from './arms.ts';
import { readBaselines } from './baseline-store.ts';
import { concludeGate } from './conclude-gate.ts';
import { withExpectations } from './with-expectations.ts';
import { gateStop } from './gate-stop.ts';
import { loadGates } from './load-gates.ts';
import { type PlannedGate, planGate } from './plan-gate.ts';
import { prepareRunners } from './prepare-runners.ts';
import { type GateOptions, gateOptions } from './options.ts';

/** gates.yaml → arms → plan → rounds until every gate is decided → verdict, outputs, exit code. */
export const runGate: Command['run'] = async (arguments_, io) => {
  const options = gateOptions(arguments_);
  const { config, placeOf, warnings, host, programs } = await resolved(arguments_.positionals, options, io);
  const { baselines, allowHostMismatch } = options;
  if (baselines !== undefined) await mustBeFolder(baselines);
  const baseline = baselines === undefined ? undefined : { allowHostMismatch, stored: await readBaselines(baselines, config.id) };
  const planned = await planGate(
    {
      config,
      programs,
      ...(baseline === undefined ? { against: 'base' } : { against: 'baseline', baseline }),
      seed: wholeNumber(options.seed, '--seed', 0),
      reproduce: reproduction(),
      warnings,
      placeOf,
    },
    host,
  );
  for (const warning of planned.run.warnings) io.log.warn(warning);
  const attached = { gates: `${JSON.stringify(planned.run, undefined, 2)}\n` };
  const resultsRoot = options.results ?? DEFAULT_RESULTS;
  const measured = await measure({ plan: planned.plan, host, resultsRoot, assumptions: {}, attached, stopRule: stopRuleOf(planned) }, io);
  if (measured.interrupted) {
    io.log.info(`interrupted: no verdict; the finished rounds are in ${measured.folder.path}`);
    return EXIT_CODES.interrupted;
  }
  return concludeGate(measured.folder, { reportsRoot: options.reports ?? DEFAULT_REPORTS, outputs: options.outputs }, io);
};

/** A mistyped folder would be one without runs: for ever inconclusive. */
async function mustBeFolder(path: string): Promise<void> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (isFolder) return;
  throw new BenchError({
    code: 'baselines-missing',
    message: `there is no folder ${path} with accepted runs`,
    remedy: 'accept a run first: thirdwave gate accept <run-id> --reason "…"; or name the folder with --baselines',
    exitCode: EXIT_CODES.usage,
  });
}

/** Against base: as soon as every gate is decided. Against stored runs, which had all rounds: all rounds. */
function stopRuleOf(planned: PlannedGate): StopRule {
  return planned.run.against === 'base' ? gateStop(planned) : () => () => undefined;
}

async function resolved(positionals: readonly string[], options: GateOptions, io: Io) {
  const arms = { base: options.base, head: options.head, build: options.build, artifact: options.artifact, workingFolder: process.cwd() };
  const loaded = await loadGates(positionals[0], arms);
  const alone = options.baselines !== undefined;
  const config = configFor(loaded.config, options);
  await prepareRunners(
    {
      runners: config.cells.map(({ runner }) => runner),
      builtin: config.programs.some(({ builtin }) => builtin !== undefined),
      yes: options.yes,
      skip: options.noSetup,
    },
    io,
  );
  const host: Host = await lookAtHost(io);
  const found = await resolvePrograms(config, { ...arms, configFolder: loaded.configFolder, baseline: alone }, host);
  const programs = await withExpectations(found.map(alone ? withoutBase : (program) => program), config, host, io);
  return { config, placeOf: loaded.placeOf, warnings: programs.flatMap(({ warnings }) => warnings), host, programs };
}

/** Against stored runs no base is built: its arms leave the configuration. */
function configFor(config: GateConfig, { onInconclusive = config.onInconclusive, baselines }: GateOptions): GateConfig {
  if (baselines === undefined) return { ...config, onInconclusive };
  return { ...config, onInconclusive, programs: config.programs.map(({ base: _base, ...program }) => program) };
}

/** A workload of the suite is both arms by itself. */
function withoutBase(program: ResolvedProgram): ResolvedProgram {
  return { ...program, base: undefined };
}

/** The command as it was typed, for “reproduce”. */
function reproduction(): string {
  const quoted = process.argv.slice(2).map((word) => (/^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`));
  return ['thirdwave', ...quoted].join(' ');
}
