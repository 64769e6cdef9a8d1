import type { PairedRatio } from '../../core/model/summary.ts';
import type { Verdict } from '../../core/model/verdict.ts';
import { HEADLINE_METRICS } from '../derive/headline.ts';
import { SMALLEST_N_FOR_VERDICT } from '../stats/paired-log-ratio.ts';
import type { JudgeInput } from './judge-input.ts';
import { evidenceText, ratioText, shortName } from './words.ts';

/** A difference of a tenth between two identical cells would make every comparison of this run worthless (method §4.4). */
const MARGIN = 0.1;

/**
 * The A/A check: the reference measured twice in every round under two names. It is an equivalence test: the paired interval must
 * lie inside (1/1.1, 1.1). An interval that merely contains 1 because it is wide proves nothing and is inconclusive.
 */
export function judgeTwins(input: JudgeInput): Verdict[] {
  return input.cells
    .filter((cell) => cell.role === 'twin')
    .flatMap((twin) => {
      const measured = HEADLINE_METRICS[twin.activity].filter((metric) => input.series(twin.id, metric).length > 0);
      return measured.map((metric): Verdict => {
        const ratio = input.summary(twin.id, metric)?.ratio;
        return {
          id: measured.length > 1 ? `aa-twin.${metric}` : 'aa-twin',
          scenario: input.scenario,
          kind: 'check',
          claim: `${shortName(twin.reference ?? twin.id)} measured twice under two names gives the same ${metric}`,
          ...decide(ratio),
          ...(ratio ? { evidence: ratio } : {}),
        };
      });
    });
}

function decide(ratio: PairedRatio | undefined): Pick<Verdict, 'status' | 'because'> {
  if (!ratio) return { status: 'incomplete', because: 'there is no round in which both have a value' };
  const found = `twin ÷ reference = ${evidenceText(ratio)}`;
  if (!ratio.interval || ratio.pairs < SMALLEST_N_FOR_VERDICT) {
    return { status: 'incomplete', because: `${found}: fewer than ${SMALLEST_N_FOR_VERDICT} paired rounds decide nothing` };
  }
  const { low, high } = ratio.interval;
  const containsOne = low <= 1 && high >= 1;
  const bounds = `(${ratioText(1 / (1 + MARGIN))}, ${ratioText(1 + MARGIN)})`;
  if (low > 1 / (1 + MARGIN) && high < 1 + MARGIN) {
    const note = containsOne ? 'contains 1 and' : 'excludes 1 by less than the margin but';
    return { status: 'pass', because: `${found}: the interval ${note} lies inside ${bounds}` };
  }
  if (containsOne) return { status: 'inconclusive', because: `${found}: the interval contains 1 but is wider than ${bounds}` };
  return { status: 'fail', because: `${found}: two identical cells differ; treat every ratio of this run with the same doubt` };
}
