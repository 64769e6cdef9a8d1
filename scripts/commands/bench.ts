import type { Command } from '../bench.ts';
import { ASSUMPTION_OPTIONS, assumptionsFrom } from '../compose/assumptions.ts';
import { lookAtHost } from '../compose/host.ts';
import { loadScenarios } from '../compose/load-scenarios.ts';
import { measure } from '../compose/measure.ts';
import { DEFAULT_RESULTS } from '../compose/paths.ts';
import { planHere, wholeNumber } from '../compose/plan-here.ts';
import { prepare } from '../compose/prepare.ts';
import { tuned } from '../compose/tuned.ts';
import { conclude } from './run.ts';

/** prepare → plan → run → derive → report, with the default scenarios unless others are named. */
export const command: Command = {
  options: {
    yes: { type: 'boolean' },
    'no-setup': { type: 'boolean' },
    seed: { type: 'string' },
    rounds: { type: 'string' },
    results: { type: 'string' },
    reports: { type: 'string' },
    tune: { type: 'boolean' },
    ...ASSUMPTION_OPTIONS,
  },
  async run({ positionals, values }, io) {
    const assumptions = assumptionsFrom(values);
    const options = { seed: wholeNumber(values['seed'], '--seed', 0), rounds: wholeNumber(values['rounds'], '--rounds', 1) };
    const scenarios = await loadScenarios(positionals);
    if (values['no-setup'] !== true) await prepare('bench', { yes: values['yes'] === true, only: undefined }, io);
    const host = await lookAtHost(io);
    await using _tuned = await tuned(values, host, io);
    const plan = await planHere(scenarios, host.runners, host.context, host.toolbox, options);
    const { results, reports } = values;
    const resultsRoot = typeof results === 'string' ? results : DEFAULT_RESULTS;
    const measured = await measure({ plan, host, resultsRoot, assumptions }, io);
    return await conclude(measured, reports, io);
  },
};
