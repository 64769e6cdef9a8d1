import { readFile } from 'node:fs/promises';
import { availableParallelism, freemem, loadavg, totalmem } from 'node:os';
import type { Fact } from '../model/manifest.ts';

/** Something about this host that will be visible in the numbers. */
export interface NoiseFinding {
  readonly code: string;
  readonly observation: string;
  readonly cause: string;
  readonly remedy: string;
}

export interface HostState {
  readonly load1: number;
  readonly cpus: number;
  readonly freeShare: number;
  /** stolen CPU time ÷ all CPU time since boot */
  readonly stealShare: number;
  readonly facts: Readonly<Record<string, Fact>>;
}

/** What disturbs measurements on this host right now. */
export async function noiseFindings(facts: Readonly<Record<string, Fact>>): Promise<readonly NoiseFinding[]> {
  const stat = await readFile('/proc/stat', 'utf8').catch(() => '');
  const ticks = (stat.split('\n')[0] ?? '').trim().split(/\s+/).slice(1, 9).map(Number);
  const all = ticks.reduce((sum, value) => sum + value, 0);
  return judgeHost({
    load1: loadavg()[0] ?? 0,
    cpus: availableParallelism(),
    freeShare: freemem() / totalmem(),
    stealShare: all > 0 ? (ticks[7] ?? 0) / all : 0,
    facts,
  });
}

/** Pure: observation, probable cause, next step. */
export function judgeHost({ load1, cpus, freeShare, stealShare, facts }: HostState): readonly NoiseFinding[] {
  const value = (name: string): unknown => {
    const fact = facts[name];
    return fact && 'value' in fact ? fact.value : undefined;
  };
  const findings: NoiseFinding[] = [];
  const add = (code: string, observation: string, cause: string, remedy: string): void => {
    findings.push({ code, observation, cause, remedy });
  };
  if (load1 > cpus / 2) {
    add(
      'busy-host',
      `load average ${load1.toFixed(1)} on ${cpus} CPUs`,
      'other programs compete with every trial',
      'stop them, or expect wide intervals',
    );
  }
  const governor = value('governor');
  if (typeof governor === 'string' && governor !== 'performance') {
    add(
      'governor',
      `CPU frequency governor “${governor}”`,
      'short trials run before the frequency has risen',
      'cpupower frequency-set -g performance',
    );
  }
  if (value('turbo') === true) {
    add(
      'turbo',
      'turbo boost is on',
      'the frequency depends on temperature and on the other cores',
      'turn it off for comparisons between days',
    );
  }
  if (stealShare > 0.01) {
    const percent = (stealShare * 100).toFixed(1);
    add(
      'steal',
      `${percent} % of all CPU time since boot was stolen`,
      'the hypervisor runs other machines on these CPUs',
      'use a dedicated host; trials above the limit are voided',
    );
  }
  if (freeShare < 0.1) {
    add(
      'low-memory',
      `${(freeShare * 100).toFixed(0)} % of memory is free`,
      'page cache may be dropped between rounds',
      'free memory before measuring',
    );
  }
  if (Number(value('swap_used_bytes') ?? 0) > 0) {
    add('swap', 'swap is in use', 'pages come back from disk inside trials', 'swapoff -a, if memory allows');
  }
  if (value('hypervisor') === true) {
    const name = value('virtualisation');
    add(
      'virtual-machine',
      `this host is a virtual machine (${typeof name === 'string' ? name : 'its hypervisor does not say its name'})`,
      'the hypervisor’s cache and scheduler are not controlled',
      'compare within this run only',
    );
  }
  return findings;
}
