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

/** How energy and carbon are found; printed in reports with such figures. */
export const ENERGY: readonly string[] = [
  'Evidence, best first: wall meter, RAPL, RAPL made up by a hypervisor, modelled, unavailable. Every row carries its method; rows of different methods are never averaged, ranked or drawn together, and modelled energy is never judged.',
  'Measured: a unit is repeated for a whole window between two idle windows. Net = (energy of the window − idle power × its length) ÷ units; gross leaves the idle part in; attributed is net × the share of the host’s CPU time that belongs to the technology.',
  'A block is void, and counted, where the idle power before and after differs by more than 2 %, a counter wrapped more than once or gave an impossible power, a zone came or went, the clock stepped, or others used the CPU.',
  'Detection limit: the same loop without a launch is the blank; what lies within its scatter is printed as “less than”, and no figure of carbon is made of it.',
  'Modelled: CPU seconds of all roles (shim, daemon and VMM included) × (power at full load − power at idle) per hardware thread of this processor family. It holds no information beyond CPU time.',
  'Energy of one unit = dynamic + idle power of the host × length × share, share = the larger of 1 ÷ instances that fit and its part of the CPU time.',
  'SCI = ((E·I) + M) per R. Bands are interval products: all low ends together, all high ends together. They are ranges of belief, not confidence intervals.',
  'Network, storage, cooling, people and devices of users are outside the boundary; the making of the host is inside.',
];
