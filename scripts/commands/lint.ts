import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { EXIT_CODES } from '../../core/model/error.ts';
import type { Command } from '../bench.ts';
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
  async run(_, io) {
    let failed = 0;
    const conclude = (title: string, problems: string): void => {
      io.log.info(`${problems === '' ? '✓' : '✗'} ${title}`);
      if (problems === '') return;
      failed += 1;
      io.data(problems);
    };
    for (const { title, argv, cwd } of CHECKS) {
      const [file, ...args] = argv;
      if (!file.includes('/') && !hasCommand(file)) {
        io.log.warn(`${title} not checked: ${file} is not installed`);
        continue;
      }
      const result = await execa(file, args, { cwd: join(PROJECT_ROOT, cwd ?? ''), reject: false, all: true, cancelSignal: io.signal });
      conclude(title, result.exitCode === 0 ? '' : result.all || `${title} failed`);
    }
    conclude('tidy', (await tidyProblems(PROJECT_ROOT)).join('\n'));
    return failed === 0 ? EXIT_CODES.ok : EXIT_CODES.crash;
  },
};

function hasCommand(name: string): boolean {
  return (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(join(folder, name)));
}
