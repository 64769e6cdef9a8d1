import type { MemoryFit, Reconciliation } from '../../core/model/density.ts';
import { fleetName, RECONCILED } from './fleet-series.ts';
import { groupedBy } from './grouped-by.ts';
import { estimateText, percentText, bytesText } from './memory-words.ts';

/** Three readings of the same cost must agree within this share of the smallest (method §4.6), and each must be known as precisely. */
const WITHIN = 0.1;

type Estimate = NonNullable<MemoryFit['slope']>;
type Named = { readonly title: string; readonly slope: Estimate };

/** The marginal cost of one instance read three ways, per fleet key: whether they agree, or by how much they do not. */
export function deriveReconciliations(fits: readonly MemoryFit[]): Reconciliation[] {
  return [...groupedBy(fits, fleetName).values()].flatMap((ofKey) => {
    const [first] = ofKey;
    const found = RECONCILED.map((reading) => ({
      ...reading,
      fit: ofKey.find(({ metric, role }) => metric === reading.metric && role === reading.role),
    }));
    // idle_cpu alone, or a fleet whose every trial failed before anything was read
    if (!first || found.every(({ fit }) => fit === undefined)) return [];
    const named = found.flatMap(({ title, fit }) => (fit?.slope ? [{ title, slope: fit.slope }] : []));
    const missing = found.flatMap(({ title, fit }) => reasonsAgainst(title, fit));
    const { scenario, runner, variant, workload, state } = first;
    const spread = spreadOf(named);
    return [
      {
        scenario,
        runner,
        variant,
        workload,
        state,
        ...Object.fromEntries(found.flatMap(({ field, fit }) => (fit?.slope ? [[field, fit.slope]] : []))),
        ...(spread === undefined ? {} : { spread }),
        ...decide(named, spread, missing),
      },
    ];
  });
}

function reasonsAgainst(title: string, fit: MemoryFit | undefined): string[] {
  if (fit?.invalid !== undefined) return [`${title} does not count (${fit.invalid})`];
  if (fit?.slope) return [];
  return [`${title} has no slope (${fit?.note ?? 'it was not read'})`];
}

/** Largest minus smallest ÷ smallest; undefined for fewer than two, or where the smallest is not positive. */
function spreadOf(named: readonly Named[]): number | undefined {
  const estimates = named.map(({ slope }) => slope.estimate);
  const smallest = Math.min(...estimates);
  return estimates.length < 2 || smallest <= 0 ? undefined : (Math.max(...estimates) - smallest) / smallest;
}

function decide(
  named: readonly Named[],
  spread: number | undefined,
  missing: readonly string[],
): Pick<Reconciliation, 'status' | 'because'> {
  const ranked = named.toSorted((x, y) => x.slope.estimate - y.slope.estimate);
  const [smallest, largest] = [ranked[0], ranked.at(-1)];
  const residual = smallest && largest && smallest !== largest ? residualText(smallest, largest, spread) : undefined;
  if (missing.length > 0 || !smallest || !largest || residual === undefined) {
    const rest = residual === undefined ? [] : [residual];
    return { status: 'incomplete', because: [...missing, ...rest].join('; ') };
  }
  const vague = named.filter(({ slope }) => !isSharp(slope));
  const within = spread !== undefined && spread <= WITHIN;
  if (!within && (vague.length === 0 || apart(smallest.slope, largest.slope))) return { status: 'differ', because: residual };
  if (vague.length > 0) {
    const names = vague.map(({ title, slope }) => `${title} (${estimateText(slope)})`).join(' and ');
    return {
      status: 'unresolved',
      because: `${names} is known less precisely than to ${percentText(WITHIN)}: nothing can be said; ${residual}`,
    };
  }
  return { status: 'agree', because: residual };
}

/** Known to 10 %: a reading that is not can neither confirm nor contradict. */
function isSharp({ estimate, interval }: Estimate): boolean {
  return interval !== undefined && interval.high - interval.low <= WITHIN * Math.abs(estimate);
}

function apart(smaller: Estimate, larger: Estimate): boolean {
  return smaller.interval !== undefined && larger.interval !== undefined && smaller.interval.high < larger.interval.low;
}

/** The residual in words: which reading is larger, by how many bytes per instance. */
function residualText(smallest: Named, largest: Named, spread: number | undefined): string {
  const more = bytesText(largest.slope.estimate - smallest.slope.estimate);
  const share = spread === undefined ? '' : ` (${percentText(spread)})`;
  return `${largest.title} shows ${estimateText(largest.slope)} per instance, ${more}${share} more than ${smallest.title} with ${estimateText(smallest.slope)}`;
}
