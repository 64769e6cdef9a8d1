import { readHostFacts } from '../../core/host/facts.ts';
import { noiseFindings } from '../../core/host/noise-precheck.ts';
import { EXIT_CODES } from '../../core/model/error.ts';
import type { Availability, Runner } from '../../runners/runner.ts';
import type { Command } from '../bench.ts';
import { lookAtHost, toolLines } from '../compose/host.ts';

interface Finding {
  readonly runner: string;
  readonly variant: string;
  readonly title: string;
  readonly state: Availability;
}

export const command: Command = {
  options: {},
  async run(_, io) {
    const host = await lookAtHost(io);
    const runners = (await Promise.all(host.runners.map((runner) => findingsOf(runner, host.context)))).flat();
    const tools = toolLines(host.toolbox);
    const { host: facts } = await readHostFacts();
    const noise = await noiseFindings(facts.facts);
    if (io.json) {
      io.data(JSON.stringify({ runners, tools, noise, host: facts }, undefined, 2));
      return EXIT_CODES.ok;
    }
    const lines = ['Technologies'];
    for (const { runner, variant, title, state } of runners) {
      lines.push(`  ${state.available ? '✓' : '–'} ${`${runner}/${variant}`.padEnd(30)} ${state.available ? state.version : state.reason}`);
      lines.push(state.available ? `      ${title} (${state.evidence})` : `      → ${state.remedy}`);
    }
    lines.push('', 'Prepared');
    for (const { tool, found, text, remedy } of tools) {
      lines.push(`  ${found ? '✓' : '–'} ${tool.padEnd(30)} ${text}`);
      if (!found) lines.push(`      → ${remedy}`);
    }
    lines.push('', 'What disturbs measurements here');
    for (const finding of noise) lines.push(`  ! ${finding.observation}`, `      ${finding.cause}`, `      → ${finding.remedy}`);
    if (noise.length === 0) lines.push('  nothing found');
    lines.push('', `Host (key ${facts.key.slice(0, 12)})`);
    for (const [name, fact] of Object.entries(facts.facts)) {
      lines.push(`  ${name.padEnd(26)} ${'value' in fact ? String(fact.value) : `unknown: ${fact.unavailable}`}`);
    }
    io.data(lines.join('\n'));
    return EXIT_CODES.ok;
  },
};

async function findingsOf(runner: Runner, context: Parameters<Runner['detect']>[0]): Promise<Finding[]> {
  const detected = await runner.detect(context);
  return runner.variants.flatMap((variant) => {
    const state = detected[variant.id];
    return state ? [{ runner: runner.id, variant: variant.id, title: variant.title, state }] : [];
  });
}
