import { readFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { codeOf } from '../core/model/error.ts';
import type { MetricDeclaration } from '../core/model/vocabulary.ts';
import type { Probe, Reading } from './probe.ts';

/*
 * Reads: /proc/stat (steal, in clock ticks of 10 ms) and /proc/pressure/* (stall time, µs; kernel Documentation/accounting/psi.rst) before and after a trial.
 * Resolution: a steal share over a window below 100 ms is quantised by more than 5 % per tick and CPU; such windows are said to be too short.
 * Cannot see: what happened within the window, and noise that no counter counts (frequency, cache, memory bandwidth).
 */

const PRESSURES = ['cpu', 'io', 'memory'] as const;
const TICK_S = 0.01;
const LEAST_WINDOW_S = 0.1;

const share = (id: string, title: string, definition: string): MetricDeclaration => ({
  id,
  title,
  unit: '1',
  better: 'neither',
  noise: 'noisy',
  definition,
});

const METRICS: readonly MetricDeclaration[] = [
  share('host_steal_share', 'Stolen CPU time', 'CPU time taken by the hypervisor during the trial ÷ (window × CPUs)'),
  share('host_load1', 'Load', '1-minute load average of the host at the end of the trial'),
  ...PRESSURES.map((kind) =>
    share(`host_psi_${kind}_share`, `Pressure: ${kind}`, `share of the trial in which some task was stalled on ${kind}`),
  ),
];

interface Snapshot {
  readonly atS: number;
  readonly cpus: number;
  readonly stealTicks: number;
  readonly stalledUs: ReadonlyMap<string, number | string>;
}

const probe: Probe = {
  id: 'host-noise',
  title: 'Noise of the host during the trial',
  metrics: METRICS,
  scope: 'host',
  sensitive: false,
  activities: ['run', 'hold', 'loop', 'place', 'ramp'],
  open: async () => {
    let start: Snapshot | undefined;
    return {
      before: async () => {
        start = await snapshot();
        return [];
      },
      after: async () => {
        const end = await snapshot();
        return start ? readings(start, end) : [];
      },
    };
  },
};
export default probe;

async function snapshot(): Promise<Snapshot> {
  const [stat, ...pressures] = await Promise.all([
    readFile('/proc/stat', 'utf8'),
    ...PRESSURES.map(async (kind) => [kind, await stalledUs(kind)] as const),
  ]);
  return { atS: performance.now() / 1000, ...parseStat(stat), stalledUs: new Map(pressures) };
}

/** Field 8 of the `cpu` line (proc(5)). */
export function parseStat(text: string): { readonly cpus: number; readonly stealTicks: number } {
  const fields = (text.split('\n')[0] ?? '').trim().split(/\s+/);
  return { cpus: text.match(/^cpu\d+ /gm)?.length ?? 1, stealTicks: Number(fields[8] ?? 0) };
}

async function stalledUs(kind: string): Promise<number | string> {
  try {
    const text = await readFile(`/proc/pressure/${kind}`, 'utf8');
    const total = /^some .*total=(\d+)/m.exec(text)?.[1];
    return total === undefined ? `/proc/pressure/${kind} has no “some” line` : Number(total);
  } catch (error) {
    return `/proc/pressure/${kind}: ${codeOf(error)} (the kernel was built or booted without PSI)`;
  }
}

function readings(start: Snapshot, end: Snapshot): readonly Reading[] {
  const windowS = end.atS - start.atS;
  const stolenS = (end.stealTicks - start.stealTicks) * TICK_S;
  const result: Reading[] = [
    {
      metric: 'host_steal_share',
      role: 'host',
      origin: '/proc/stat',
      ...(windowS < LEAST_WINDOW_S
        ? { unavailable: `the trial took ${(windowS * 1000).toFixed(0)} ms: shorter than 100 ms, one 10 ms tick would be too coarse` }
        : { value: stolenS / (windowS * end.cpus) }),
    },
    { metric: 'host_load1', role: 'host', origin: 'getloadavg', value: loadavg()[0] ?? 0 },
  ];
  for (const kind of PRESSURES) {
    const [from, to] = [start.stalledUs.get(kind), end.stalledUs.get(kind)];
    const value = typeof from === 'number' && typeof to === 'number' ? { value: (to - from) / 1e6 / windowS } : { unavailable: String(to) };
    result.push({ metric: `host_psi_${kind}_share`, role: 'host', origin: `/proc/pressure/${kind}`, ...value });
  }
  return result;
}
