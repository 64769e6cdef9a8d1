import { writeFile } from 'node:fs/promises';
import { EXIT_CODES } from '../../core/model/error.ts';
import type { Plan } from '../../core/model/plan.ts';
import { unwritable } from '../../results/record/event-log.ts';
import type { Command } from '../bench.ts';
import { lookAtHost } from '../compose/host.ts';
import { loadScenarios } from '../compose/load-scenarios.ts';
import { planHere, wholeNumber } from '../compose/plan-here.ts';

export const command: Command = {
  options: { out: { type: 'string' }, seed: { type: 'string' }, rounds: { type: 'string' } },
  async run({ positionals, values }, io) {
    const scenarios = await loadScenarios(positionals);
    const options = { seed: wholeNumber(values['seed'], '--seed', 0), rounds: wholeNumber(values['rounds'], '--rounds', 1) };
    const host = await lookAtHost(io);
    const plan = await planHere(scenarios, host.runners, host.context, host.toolbox, options);
    const text = `${JSON.stringify(plan, undefined, 2)}\n`;
    const { out } = values;
    if (typeof out === 'string') {
      await writeFile(out, text).catch((error: unknown) => {
        throw unwritable(out, error);
      });
      io.log.info(`written: ${out}; “thirdwave run ${out}” executes exactly this`);
    }
    io.data(io.json ? text : describe(plan));
    return EXIT_CODES.ok;
  },
};

function describe(plan: Plan): string {
  const lines: string[] = [];
  for (const rules of plan.scenarios) {
    const cells = plan.cells.filter((cell) => cell.scenario === rules.scenario);
    const rounds = rules.minRounds === rules.maxRounds ? `${rules.maxRounds}` : `${rules.minRounds} to ${rules.maxRounds}`;
    const budget = rules.timeBudgetNs === undefined ? '' : `, at most ${rules.timeBudgetNs / 1e9} s`;
    lines.push(`${rules.scenario}: ${rules.question}`, `  ${cells.length} cells × ${rounds} rounds${budget}`);
    for (const cell of cells) {
      const factors = Object.entries(cell.factors).map(([name, value]) => `${name}=${value}`);
      lines.push(`  ${cell.id.slice(rules.scenario.length + 1).padEnd(34)} ${[cell.rung, cell.cacheState, ...factors].join('  ')}`);
    }
    lines.push('');
  }
  if (plan.skipped.length > 0) lines.push('skipped:');
  for (const { cell, reason, remedy } of plan.skipped) lines.push(`  ${cell}`, `    ${reason}`, `    → ${remedy}`);
  lines.push(`seed ${plan.seed}`);
  return lines.join('\n');
}
