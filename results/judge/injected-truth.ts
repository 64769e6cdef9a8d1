import type { MemoryFit } from '../../core/model/density.ts';
import type { Injection } from '../../core/model/fleet-rules.ts';
import { parseBytes } from '../../core/model/quantity.ts';
import { Scenario } from '../../core/model/scenario.ts';
import type { Verdict } from '../../core/model/verdict.ts';
import { fleetName } from '../derive/fleet-series.ts';
import { groupedBy } from '../derive/grouped-by.ts';
import { bytesText, percentText } from '../derive/memory-words.ts';
import type { JudgeInput } from './judge-input.ts';

/** What a reading may be off: a share of what was touched, a page of the processor, and where the program is Wasm a page of its memory. */
const LARGEST_SHARE = 0.02;
const PAGE_BYTES = 4096;
const WASM_PAGE_BYTES = 65_536;
/** the role that holds the instance's memory: what a daemon's heap moves by meanwhile was not touched by anybody */
const ROLES = ['instance', 'host-process', 'vmm', 'total'];

type Slope = NonNullable<MemoryFit['slope']>;

/** A known number of bytes touched per instance must be found again as the difference of two slopes, per technology and state. */
export function judgeInjections(input: JudgeInput): Verdict[] {
  const injections = input.plan.sources
    .flatMap((source) => Scenario.safeParse(source).data ?? [])
    .filter(({ id }) => id === input.scenario)
    .flatMap(({ injected }) => injected);
  const fits = input.memory.fits.filter(({ scenario, metric }) => scenario === input.scenario && metric === 'memory_unreclaimable');
  const technologies = [...groupedBy(fits, (fit) => fleetName({ ...fit, workload: '*' })).values()];
  return injections.flatMap((injection) =>
    technologies.flatMap((own) => {
      const touching = own.find(({ workload }) => workload === injection.workload);
      return touching ? [verdict(input, injection, touching, own)] : [];
    }),
  );
}

function verdict(
  input: JudgeInput,
  { workload, above, bytes }: Injection,
  { runner, variant, state }: MemoryFit,
  fits: readonly MemoryFit[],
): Verdict {
  const injected = parseBytes(bytes) ?? 0;
  const isWasm = input.cells.some((cell) => cell.runner === runner && cell.variant === variant && 'compile_mode' in cell.factors);
  const allowed = LARGEST_SHARE * injected + PAGE_BYTES + (isWasm ? WASM_PAGE_BYTES : 0);
  const allowance = `2 % + one page${isWasm ? ' + one Wasm page' : ''} = ${bytesText(allowed)}`;
  return {
    id: `injected.${runner}/${variant}.${workload}.${state}`,
    scenario: input.scenario,
    kind: 'check',
    claim: `${runner}/${variant} ${state}: ${workload} costs ${bytesText(injected)} more per instance than ${above}, to ${allowance}`,
    ...decide(injected, allowed, slopes(fits, workload, above)),
  };
}

interface Pair {
  readonly role: string;
  readonly upper: Slope;
  readonly lower: Slope;
}

/** Both slopes in the first role that has both, or why there is none. */
function slopes(fits: readonly MemoryFit[], workload: string, above: string): Pair | { readonly missing: string } {
  const sides = ROLES.map((role) => ({
    role,
    upper: fits.find((fit) => fit.role === role && fit.workload === workload),
    lower: fits.find((fit) => fit.role === role && fit.workload === above),
  }));
  const invalid = fits.find(({ invalid: rule }) => rule !== undefined)?.invalid;
  if (invalid !== undefined) return { missing: `the fits do not count: ${invalid}` };
  for (const { role, upper, lower } of sides) if (upper?.slope && lower?.slope) return { role, upper: upper.slope, lower: lower.slope };
  const notes = [workload, above].map((name) => {
    const own = fits.filter((fit) => fit.workload === name);
    return own.some(({ slope }) => slope) ? `${name} has a slope` : `${name} has no slope (${own[0]?.note ?? 'it was not read'})`;
  });
  return { missing: `no role has the slopes of both: ${notes.join(', ')}` };
}

function decide(injected: number, allowed: number, found: Pair | { readonly missing: string }): Pick<Verdict, 'status' | 'because'> {
  if ('missing' in found) return { status: 'incomplete', because: found.missing };
  const { role, upper, lower } = found;
  const difference = upper.estimate - lower.estimate;
  const error = difference - injected;
  const text = `slopes of role ${role} differ by ${bytesText(difference)}, ${bytesText(error)} (${percentText(error / injected)}) off`;
  if (!upper.interval || !lower.interval)
    return { status: 'incomplete', because: `${text}; without an interval of both this decides nothing` };
  // the widest that both intervals allow: at least as sure as each of them
  const [low, high] = [upper.interval.low - lower.interval.high, upper.interval.high - lower.interval.low];
  const range = `between ${bytesText(low)} and ${bytesText(high)}`;
  if (Math.abs(error) <= allowed) return { status: 'pass', because: `${text}; ${range}` };
  if (role === 'vmm') {
    const why =
      'a guest uses the pages that its boot touched and freed before it takes new ones of the host, so what it touches is not what it costs';
    return { status: 'incomparable', because: `${text}; ${range}: ${why}` };
  }
  const reaches = low <= injected + allowed && high >= injected - allowed;
  return reaches
    ? { status: 'inconclusive', because: `${text}; ${range}: more rounds narrow it` }
    : { status: 'fail', because: `${text}; ${range}` };
}
