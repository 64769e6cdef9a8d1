import { readHostFacts } from '../../core/host/facts.ts';
import { noiseFindings } from '../../core/host/noise-precheck.ts';
import { type BenchError, EXIT_CODES, type ExitCode, usageError } from '../../core/model/error.ts';
import { energyHost } from '../../probes/energy/energy-host.ts';
import type { Availability, Runner } from '../../runners/runner.ts';
import type { Command } from '../bench.ts';
import { suggestion } from '../../core/plan/did-you-mean.ts';
import { type Host, lookAtHost, toolLines } from '../compose/host.ts';
import type { Io } from '../compose/io.ts';
import { checkRoot, diagnoseEnergy, type EnergyDiagnosis } from '../doctor/energy.ts';
import { energyLine, energyText } from '../doctor/energy-text.ts';

interface Finding {
  readonly runner: string;
  readonly variant: string;
  readonly title: string;
  readonly state: Availability;
}

/** What can be asked about alone. */
const SUBJECTS = ['energy'];

/** How long power is looked at, ns. */
const LOOK_NS = 1e9;

export const command: Command = {
  options: { root: { type: 'string' } },
  async run({ positionals, values }, io) {
    const [subject] = positionals;
    const root = typeof values['root'] === 'string' ? values['root'] : undefined;
    if (subject !== undefined && !SUBJECTS.includes(subject))
      throw usage(`doctor knows nothing of “${subject}”: ${suggestion(subject, SUBJECTS)}`);
    if (root !== undefined && subject === undefined) throw usage('--root goes with “doctor energy”');
    const host = await lookAtHost(io);
    if (subject === 'energy') return energy(host, root, io);
    const runners = (await Promise.all(host.runners.map((runner) => findingsOf(runner, host.context)))).flat();
    const tools = toolLines(host.toolbox);
    const { host: facts } = await readHostFacts();
    const noise = await noiseFindings(facts.facts);
    const meters = await diagnosis(host, undefined, LOOK_NS / 10);
    if (io.json) {
      io.data(JSON.stringify({ runners, tools, noise, energy: meters, host: facts }, undefined, 2));
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
    lines.push('', 'Energy', energyLine(meters), '', 'What disturbs measurements here');
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

async function energy(host: Host, root: string | undefined, io: Io): Promise<ExitCode> {
  if (root !== undefined) checkRoot(root);
  const found = await diagnosis(host, root, LOOK_NS);
  io.data(io.json ? JSON.stringify(found, undefined, 2) : energyText(found, io.width));
  return EXIT_CODES.ok;
}

async function diagnosis({ toolbox }: Host, root: string | undefined, lookNs: number): Promise<EnergyDiagnosis> {
  const now = (): number => performance.now() * 1e6;
  return diagnoseEnergy(energyHost({ toolbox, now, root }), root, lookNs);
}

function usage(message: string): BenchError {
  return usageError(message, '“thirdwave doctor --help”');
}

async function findingsOf(runner: Runner, context: Parameters<Runner['detect']>[0]): Promise<Finding[]> {
  const detected = await runner.detect(context);
  return runner.variants.flatMap((variant) => {
    const state = detected[variant.id];
    return state ? [{ runner: runner.id, variant: variant.id, title: variant.title, state }] : [];
  });
}
