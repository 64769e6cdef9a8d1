import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { EXIT_CODES } from '../../core/model/error.ts';
import type { Command } from '../bench.ts';
import type { Io } from '../compose/io.ts';
import { PROJECT_ROOT } from '../compose/paths.ts';
import { tidyProblems } from '../tidy.ts';

const bin = (name: string): string => join(PROJECT_ROOT, 'node_modules', '.bin', name);

const CHECKS: readonly { readonly title: string; readonly argv: readonly [string, ...string[]]; readonly cwd?: string }[] = [
  { title: 'types', argv: [bin('tsc'), '--noEmit'] },
  { title: 'lint', argv: [bin('oxlint'), '--type-aware'] },
  { title: 'format', argv: [bin('oxfmt'), '--check'] },
  { title: 'unused code', argv: [bin('knip')] },
  { title: 'rustfmt', argv: ['cargo', 'fmt', '--all', '--check'], cwd: 'native' },
];

export const command: Command = {
  options: {},
  run: async (_, io) => ((await lint(io)).failed === 0 ? EXIT_CODES.ok : EXIT_CODES.crash),
};

/** Runs every check, says each one's outcome, prints the problems. */
export async function lint(io: Io): Promise<{ readonly passed: number; readonly failed: number; readonly skipped: number }> {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const conclude = (title: string, problems: string): void => {
    io.log.info(`${problems === '' ? '✓' : '✗'} ${title}`);
    counts[problems === '' ? 'passed' : 'failed'] += 1;
    if (problems !== '') io.data(problems);
  };
  for (const { title, argv, cwd } of CHECKS) {
    const [file, ...args] = argv;
    if (!file.includes('/') && !hasCommand(file)) {
      io.log.warn(`${title} not checked: ${file} is not installed`);
      counts.skipped += 1;
      continue;
    }
    const result = await execa(file, args, { cwd: join(PROJECT_ROOT, cwd ?? ''), reject: false, all: true, cancelSignal: io.signal });
    conclude(title, result.exitCode === 0 ? '' : result.all || `${title} failed`);
  }
  conclude('tidy', (await tidyProblems(PROJECT_ROOT)).join('\n'));
  return counts;
}

function hasCommand(name: string): boolean {
  return (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(join(folder, name)));
}
