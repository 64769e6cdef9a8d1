import { BenchError, EXIT_CODES } from '../../core/model/error.ts';
import { suggestion } from '../../core/plan/did-you-mean.ts';
import { loadProbes } from '../../probes/registry.ts';
import { listRuns, RunFolder } from '../../results/record/run-folder.ts';
import { loadRunners } from '../../runners/registry.ts';
import { listBuiltinWorkloads } from '../../scenarios/workloads.ts';
import type { Command } from '../bench.ts';
import { builtinScenarios } from '../compose/load-scenarios.ts';
import { DEFAULT_RESULTS } from '../compose/paths.ts';

interface Row {
  readonly id: string;
  readonly text: string;
}

const LISTS: Readonly<Record<string, (results: string) => Promise<readonly Row[]>>> = {
  scenarios: async () =>
    (await builtinScenarios()).map(({ id, question, default: isDefault }) => ({ id, text: `${isDefault ? '(default) ' : ''}${question}` })),
  runners: async () =>
    (await loadRunners())
      .filter((runner) => runner.testOnly !== true)
      .flatMap((runner) =>
        runner.variants.map((variant) => ({ id: `${runner.id}/${variant.id}`, text: `${runner.title}: ${variant.title}` })),
      ),
  probes: async () =>
    (await loadProbes()).map(({ id, title, metrics }) => ({ id, text: `${title}: ${metrics.map((m) => m.id).join(', ')}` })),
  workloads: async () =>
    (await listBuiltinWorkloads()).map(({ id, program, args }) => ({ id, text: [`scenarios/workloads/${program}`, ...args].join(' ') })),
  runs: async (results) =>
    Promise.all(
      (await listRuns(results)).map(async (id) => {
        const manifest = await new RunFolder(results, id).readManifest();
        return { id, text: `${manifest.status}  ${manifest.artifacts.length} cells  host ${manifest.host.key.slice(0, 8)}` };
      }),
    ),
};

export const command: Command = {
  options: { results: { type: 'string' } },
  async run({ positionals, values }, io) {
    const { results } = values;
    const root = typeof results === 'string' ? results : DEFAULT_RESULTS;
    const wanted = positionals.length === 0 ? Object.keys(LISTS) : positionals;
    const found: Record<string, readonly Row[]> = {};
    for (const name of wanted) {
      const list = LISTS[name];
      if (!list) {
        const message = `there is no list “${name}”: ${suggestion(name, Object.keys(LISTS))}`;
        throw new BenchError({ code: 'usage', message, exitCode: EXIT_CODES.usage });
      }
      found[name] = await list(root);
    }
    io.data(io.json ? JSON.stringify(found, undefined, 2) : text(found));
    return EXIT_CODES.ok;
  },
};

function text(found: Readonly<Record<string, readonly Row[]>>): string {
  return Object.entries(found)
    .map(([name, rows]) => {
      const width = Math.max(12, ...rows.map((row) => row.id.length));
      const lines = rows.map((row) => `  ${row.id.padEnd(width)}  ${row.text}`);
      return [name, ...(lines.length === 0 ? ['  (none yet)'] : lines)].join('\n');
    })
    .join('\n\n');
}
