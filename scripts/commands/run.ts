import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { BenchError, EXIT_CODES, messageOf } from '../../core/model/error.ts';
import { Plan } from '../../core/model/plan.ts';
import type { Command } from '../bench.ts';
import { ASSUMPTION_OPTIONS, assumptionsFrom, keepAssumptions } from '../compose/assumptions.ts';
import { deriveRun } from '../compose/derive-run.ts';
import { lookAtHost } from '../compose/host.ts';
import { loadScenarios } from '../compose/load-scenarios.ts';
import { measure, resume, type Measured } from '../compose/measure.ts';
import { DEFAULT_REPORTS, DEFAULT_RESULTS } from '../compose/paths.ts';
import { planHere, wholeNumber } from '../compose/plan-here.ts';
import { folderOf } from '../compose/run-folder-of.ts';
import { tuned } from '../compose/tuned.ts';
import { writeReport } from '../compose/write-report.ts';
import type { Io } from '../compose/io.ts';

export const command: Command = {
  options: {
    resume: { type: 'string' },
    seed: { type: 'string' },
    rounds: { type: 'string' },
    results: { type: 'string' },
    reports: { type: 'string' },
    tune: { type: 'boolean' },
    ...ASSUMPTION_OPTIONS,
  },
  async run({ positionals, values }, io) {
    const assumptions = assumptionsFrom(values);
    const resultsRoot = typeof values['results'] === 'string' ? values['results'] : DEFAULT_RESULTS;
    const host = await lookAtHost(io);
    await using _tuned = await tuned(values, host, io);
    if (typeof values['resume'] === 'string') {
      const folder = await folderOf([values['resume']], values['results']);
      const measured = await resume(folder, host, io);
      await keepAssumptions(folder, assumptions);
      return await conclude(measured, values['reports'], io);
    }
    const [first = ''] = positionals;
    const options = { seed: wholeNumber(values['seed'], '--seed', 0), rounds: wholeNumber(values['rounds'], '--rounds', 1) };
    const plan = first.endsWith('.json')
      ? await readPlan(first)
      : await planHere(await loadScenarios(positionals), host.runners, host.context, host.toolbox, options);
    return await conclude(await measure({ plan, host, resultsRoot, assumptions }, io), values['reports'], io);
  },
};

/** Derives and reports what was measured, and says by the exit code how it went. Also the end of `bench`. */
export async function conclude(measured: Measured, reports: string | boolean | undefined, io: Io) {
  const model = await deriveRun(measured.folder, io);
  await writeReport(model, measured.folder, typeof reports === 'string' ? reports : DEFAULT_REPORTS, io);
  if (measured.interrupted) {
    io.log.info(`interrupted: finished rounds are kept; go on with “thirdwave run --resume ${measured.folder.runId}”`);
    return EXIT_CODES.interrupted;
  }
  return measured.failedTrials > 0 ? EXIT_CODES.trialsFailed : EXIT_CODES.ok;
}

async function readPlan(path: string): Promise<Plan> {
  try {
    return Plan.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    const cause = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
    throw new BenchError({
      code: 'plan-invalid',
      message: `${path} is not a plan: ${cause}`,
      remedy: 'write one with “thirdwave plan --out plan.json”',
      exitCode: EXIT_CODES.usage,
    });
  }
}
