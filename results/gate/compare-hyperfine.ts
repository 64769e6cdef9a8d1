import { COMPARISON_FORMAT, type Comparison } from '../../core/model/comparison.ts';
import { type Comparable, type CompareRules, compareAll, outcomeOf, type SideValues } from './compare.ts';
import { type HyperfinePair, type HyperfineResult, pairBetween, pairWithin } from './hyperfine.ts';

/** An export as it was read, with the name it was given. */
export interface HyperfineFile {
  readonly name: string;
  readonly results: readonly HyperfineResult[];
}

const IN_BATCHES =
  'hyperfine measures one command after the other, not in turns: a change of the host in between cannot be told from a difference; “thirdwave gate” measures in turns';

/** Exports of hyperfine, unpaired: every single time counts. Without `b` the two commands of `a`. @throws BenchError `hyperfine-invalid` (exit 2) */
export function compareHyperfine(a: HyperfineFile, b: HyperfineFile | undefined, rules: CompareRules): Comparison {
  const { pairs, onlyA, onlyB } = b ? pairBetween(a.results, b.results) : { pairs: pairWithin(a.results, a.name), onlyA: [], onlyB: [] };
  const compared = compareAll(pairs.map(comparable), rules);
  const [first] = pairs;
  return {
    formatVersion: COMPARISON_FORMAT,
    of: 'hyperfine',
    a: b ? a.name : (first?.a.command ?? a.name),
    b: b ? b.name : (first?.b.command ?? a.name),
    ...(rules.limit === undefined ? {} : { limit: rules.limit }),
    alpha: rules.alpha,
    beta: rules.beta,
    ...outcomeOf(compared, rules, onlyA),
    hosts: [],
    compared,
    onlyA,
    onlyB,
    notes: [IN_BATCHES, 'hyperfine does not record the host: that both were measured on the same one is taken for granted'].slice(
      0,
      b ? 2 : 1,
    ),
  };
}

/** hyperfine’s time is launch to exit. */
function comparable({ id, a, b }: HyperfinePair): Comparable {
  return { id, metric: 'run_time', role: 'instance', unit: 's', better: 'lower', noise: 'noisy', differs: [], a: sideOf(a), b: sideOf(b) };
}

function sideOf({ times = [], exit_codes: codes = [] }: HyperfineResult): SideValues {
  if (times.length === 0) return { values: [], failed: 'the export holds no single times' };
  const bad = codes.filter((code) => code !== 0);
  if (bad.length === 0) return { values: times };
  const named = [...new Set(bad.map((code) => (code === null ? 'ended by a signal' : `exit code ${code}`)))].join(', ');
  return { values: times, failed: `${bad.length} of ${codes.length} runs failed (${named})` };
}
