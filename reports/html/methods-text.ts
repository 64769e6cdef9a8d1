import type { CacheState, Rung } from '../../core/model/vocabulary.ts';

/** The definitions every report prints (DESIGN §4 and §5), in the words of the record. */
export const RUNGS: Readonly<Record<Rung, string>> = {
  instantiate: 'an instance inside a host process that already runs: no process is made',
  'host-process': 'a new process of the operating system',
  'oci-runtime': 'an OCI runtime (runc, crun, youki) called directly: namespaces, cgroup, root file system, then the process',
  containerd: 'a container through containerd and its shim',
  'docker-engine':
    'a container through the Docker Engine API (create, attach, start), with containerd, its shim and an OCI runtime beneath',
  vmm: 'a virtual machine monitor boots a kernel, which starts the program',
};

export const CACHE_STATES: Readonly<Record<CacheState, string>> = {
  absent: 'the image is not there: it is unpacked or pulled from a local registry within the trial',
  'disk-cold': 'present on disk, page cache dropped before the trial',
  'page-warm': 'present and in the page cache, no instance alive',
  'pre-warmed': 'something was prepared before t0: a compiled module (.cwasm), a live shim, a snapshot',
};

export const MARKS: readonly (readonly [term: string, definition: string])[] = [
  ['t0', 'just before the launch call'],
  ['t1', 'the host sees the first byte of output; the whole output is then verified, and a wrong one voids the trial'],
  ['t2', 'the host sees the exit'],
  ['t3', 'everything of the trial is cleaned up'],
];

export const STATISTICS: readonly string[] = [
  'The unit of analysis is the round: every cell runs once per round, in seeded random order.',
  'A single cell is given as its median with an order-statistic confidence interval (95 %; exact binomial ranks, so the real level is at least that).',
  'A comparison is paired by round: ln of the quotient per round, Hodges–Lehmann estimate, signed-rank confidence interval, both taken back by exp. Rounds in which one of the two has no valid value drop out of the pair.',
  'Quartiles are of type 7 (linear interpolation). The 95 % quantile is given only from n = 59, the 99 % quantile only from n = 299: below, no 95 % upper bound for it exists.',
  'Fewer than 10 rounds give no verdict, fewer than 6 no interval.',
  'An A/A twin of the reference cell runs in every round: two names for the same thing must show a ratio of 1.',
  'The floor (a do-nothing native process) is measured in every round and printed, never subtracted.',
  'A time-out is a censored value, counted as failed and never dropped silently. Invalidation rules were fixed before the run; what they hit is counted.',
  'Rounds end when every ratio is precise enough or the budget is spent, never because a difference became significant.',
];
