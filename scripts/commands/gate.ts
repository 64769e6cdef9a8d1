import { BenchError, EXIT_CODES } from '../../core/model/error.ts';
import type { Command } from '../bench.ts';
import { ACCEPT_OPTIONS, accept } from '../gate/accept.ts';
import { runGate } from '../gate/run-gate.ts';
import { rejudge } from '../gate/rejudge.ts';
import { selftest } from '../gate/selftest/selftest.ts';
import { trend, TREND_OPTIONS } from '../gate/trend.ts';

/** Parts of the command; without one of these words it is a gate run. */
const PARTS: Readonly<Record<string, Command['run']>> = { report: rejudge, accept, trend, selftest };

/** base against head in the same rounds, a verdict with published error rates, an exit code. */
export const command: Command = {
  options: {
    base: { type: 'string', multiple: true },
    head: { type: 'string', multiple: true },
    build: { type: 'string' },
    artifact: { type: 'string' },
    out: { type: 'string', multiple: true },
    'on-inconclusive': { type: 'string' },
    baseline: { type: 'boolean' },
    'allow-host-mismatch': { type: 'boolean' },
    seed: { type: 'string' },
    results: { type: 'string' },
    reports: { type: 'string' },
    yes: { type: 'boolean' },
    'no-setup': { type: 'boolean' },
    synthetic: { type: 'boolean' },
    runs: { type: 'string' },
    inject: { type: 'string' },
    kind: { type: 'string' },
    hog: { type: 'boolean' },
    record: { type: 'string' },
    ...ACCEPT_OPTIONS,
    ...TREND_OPTIONS,
  },
  async run(arguments_, io) {
    const { positionals } = arguments_;
    const [word = '', ...rest] = positionals;
    const part = Object.hasOwn(PARTS, word) ? PARTS[word] : undefined;
    if (part) return part({ ...arguments_, positionals: rest }, io);
    if (positionals.length > 1) {
      const message = `one gates file at a time, not ${positionals.join(' and ')}`;
      throw new BenchError({ code: 'usage', message, remedy: '“thirdwave gate --help” shows the forms', exitCode: EXIT_CODES.usage });
    }
    return runGate(arguments_, io);
  },
};
