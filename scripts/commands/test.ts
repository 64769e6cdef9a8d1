import { join } from 'node:path';
import { execa } from 'execa';
import { EXIT_CODES } from '../../core/model/error.ts';
import type { Command } from '../bench.ts';
import { PROJECT_ROOT } from '../compose/paths.ts';
import { prepare } from '../compose/prepare.ts';
import { testEnvironment } from '../compose/test-environment.ts';

/** Every test: vitest (pure, golden, contract, real engines, browser), the pure layer on newer Node versions, and the Rust workspace's own. */
export const command: Command = {
  options: { pure: { type: 'boolean' }, yes: { type: 'boolean' } },
  async run({ positionals, values }, io) {
    const pure = values['pure'] === true;
    if (!pure) await prepare('test', { yes: values['yes'] === true, only: undefined }, io);
    const environment = pure ? { THIRDWAVE_LAYER: 'pure' } : await testEnvironment(io);
    const results = [
      await stage('vitest', ['vitest', 'run', ...(pure ? PURE : []), ...positionals], environment, io),
      ...(pure || positionals.length > 0 ? [] : await furtherStages(environment, io)),
    ];
    return results.every(Boolean) ? EXIT_CODES.ok : EXIT_CODES.crash;
  },
};

const PURE = ['--exclude', '**/*.real.test.ts', '--exclude', '**/*.browser.test.ts'];
