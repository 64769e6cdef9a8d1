import { usageError } from '../../core/model/error.ts';
import { suggestion } from '../../core/plan/did-you-mean.ts';
import type { Command, CommandArguments } from '../bench.ts';
import { ACCEPT_OPTIONS, accept } from '../gate/accept.ts';
import { rejudge } from '../gate/rejudge.ts';
import { runGate } from '../gate/run-gate.ts';
import { selftest } from '../gate/selftest/selftest.ts';
import { trend, TREND_OPTIONS } from '../gate/trend.ts';

type Options = NonNullable<Command['options']>;
interface Part {
  readonly options: Options;
  readonly run: Command['run'];
}

const PLACES = { results: { type: 'string' }, reports: { type: 'string' } } as const satisfies Options;
const OUTPUTS = { out: { type: 'string', multiple: true }, 'on-inconclusive': { type: 'string' } } as const satisfies Options;
const PREPARATION = { yes: { type: 'boolean' }, 'no-setup': { type: 'boolean' }, seed: { type: 'string' } } as const satisfies Options;

/** What the first word names; without one of these words it is a gate run. */
const PARTS: Readonly<Record<string, Part>> = {
  report: { run: rejudge, options: { ...PLACES, ...OUTPUTS } },
  accept: { run: accept, options: { ...ACCEPT_OPTIONS, ...TREND_OPTIONS, results: PLACES.results } },
  trend: { run: trend, options: TREND_OPTIONS },
  selftest: {
    run: selftest,
    options: {
      ...PREPARATION,
      synthetic: { type: 'boolean' },
      runs: { type: 'string' },
      inject: { type: 'string' },
      kind: { type: 'string' },
      hog: { type: 'boolean' },
      record: { type: 'string' },
    },
  },
};
const RUN: Part = {
  run: runGate,
  options: {
    ...PLACES,
    ...OUTPUTS,
    ...PREPARATION,
    ...TREND_OPTIONS,
    base: { type: 'string', multiple: true },
    head: { type: 'string', multiple: true },
    build: { type: 'string' },
    artifact: { type: 'string' },
    baseline: { type: 'boolean' },
    'allow-host-mismatch': { type: 'boolean' },
  },
};
/** of every command (scripts/bench.ts) */
const COMMON = ['json', 'quiet', 'verbose', 'no-color'];

/** base against head in the same rounds, a verdict with published error rates, an exit code. */
export const command: Command = {
  options: Object.assign({}, RUN.options, ...Object.values(PARTS).map(({ options }) => options)) as Options,
  async run(arguments_, io) {
    const { positionals } = arguments_;
    const [word = '', ...rest] = positionals;
    const part = Object.hasOwn(PARTS, word) ? PARTS[word] : undefined;
    refuseStray(arguments_, part ?? RUN, part === undefined ? 'gate' : `gate ${word}`);
    if (part) return part.run({ ...arguments_, positionals: rest }, io);
    if (positionals.length > 1)
      throw usageError(`one gates file at a time, not ${positionals.join(' and ')}`, '“thirdwave gate --help” shows the forms');
    return RUN.run(arguments_, io);
  },
};

/** An option of another part would be ignored: that may hide a verdict. @throws BenchError `usage`, exit 2 */
function refuseStray({ values, lists }: CommandArguments, { options }: Part, name: string): void {
  const known = Object.keys(options);
  const given = [...Object.keys(values), ...Object.keys(lists)];
  const stray = given.find((option) => !known.includes(option) && !COMMON.includes(option));
  if (stray !== undefined)
    throw usageError(`${name} has no option --${stray}: ${suggestion(stray, known)}`, '“thirdwave gate --help” says which part takes what');
  if (values['baselines'] !== undefined && known.includes('baseline') && values['baseline'] !== true) {
    throw usageError('--baselines names the folder of --baseline, which is not given', 'add --baseline, or leave --baselines out');
  }
}
