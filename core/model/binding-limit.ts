import type { Headroom } from './headroom.ts';

/** How a ramp went from acceptable to not. */
export interface Ending {
  /** `launch`: a start failed · `died`: an instance ended by itself · the others are what was measured or asked for */
  readonly what: 'launch' | 'died' | 'answer-time' | 'memory-pressure' | 'memory-floor' | 'most-instances' | 'time-limit';
  /** the failure's own words, or the measurement in words */
  readonly text: string;
  /** what the kernel has ended for want of memory since the ramp began: in the fleet's group, whether its limit was met, on the whole host */
  readonly cap: { readonly kills: number; readonly full: boolean; readonly hostKills: number };
  readonly headroom: readonly Headroom[];
}

export interface BindingLimit {
  readonly limit: string;
  readonly evidence: string;
}

/** Limits of the scenario, not of the machine: the density is at least what was reached then, and unknown. */
export const ENDED_BY_SCENARIO: readonly string[] = ['most-instances', 'time-limit'];

/** A limit counts as met when no more than this share of it is free: the failing start has given back what it held. */
const MET = 0.9;
const EXACTLY_MET = 0.99;

/**
 * Names what ended a ramp from the failure's own words, the kernel's counters and the table of limits. What none of them tells stays a
 * `launch-failure` (or `instance-died`) with its exact text: no guess.
 */
export function nameLimit(ending: Ending): BindingLimit {
  const { what, text } = ending;
  if (what === 'memory-floor') return { limit: 'host-memory', evidence: text };
  if (what !== 'launch' && what !== 'died') return { limit: what, evidence: text };
  for (const rule of RULES) {
    const limit = rule(ending);
    if (limit !== undefined) return { limit, evidence: evidenceOf(limit, ending) };
  }
  return { limit: what === 'launch' ? 'launch-failure' : 'instance-died', evidence: text };
}

type Rule = (ending: Ending) => string | undefined;

const OUT_OF_MEMORY = /cannot allocate memory|\bENOMEM\b|out of memory|os error 12\b|errno[=: ]+12\b/i;
const NO_FILES = /too many open files|no file descriptors|\bEMFILE\b|os error 24\b/i;
const TRY_AGAIN = /resource temporarily unavailable|\bEAGAIN\b|errno[=: ]+11\b|os error 11\b/i;
const NO_SPACE = /no space left on device|\bENOSPC\b/i;

/** In order: words that only one limit speaks, words that need the table, the kernel's counters. */
const RULES: readonly Rule[] = [
  // libnetwork's address management
  says(/no available IPv4 addresses on this network.s address pools/i, 'bridge-addresses'),
  // EXFULL: br_add_if (net/bridge/br_if.c) when find_portno has none left
  says(/exchange full|\bEXFULL\b/i, 'bridge-ports'),
  says(/neighbou?r table overflow/i, 'neighbours'),
  says(/nf_conntrack: table full/i, 'conntrack'),
  // wasmtime's PoolConcurrencyLimitError
  says(/maximum concurrent .*limit of \d+ .*reached/i, 'pool-size'),
  says(/too many open files in system|file table overflow|\bENFILE\b/i, 'file-handles'),
  ({ text, headroom }) => {
    if (!NO_FILES.test(text)) return undefined;
    if (/inotify|watcher/i.test(text)) return 'inotify-instances';
    return nearest(headroom, ({ limit }) => limit.startsWith('open-files-') || limit === 'inotify-instances') ?? 'open-files';
  },
  ({ text, headroom }) => {
    if (!TRY_AGAIN.test(text) || !/fork|clone|spawn|exec|thread/i.test(text)) return undefined;
    return nearest(headroom, ({ limit }) => ['pid-max', 'threads-max', 'pids-cgroup'].includes(limit)) ?? 'pids';
  },
  ({ text, headroom }) => {
    if (!NO_SPACE.test(text)) return undefined;
    if (/inotify/i.test(text)) return 'inotify-watches';
    return /mount|overlay/i.test(text) ? nearest(headroom, ({ limit }) => limit === 'mounts') : undefined;
  },
  ({ text, headroom }) => {
    if (!OUT_OF_MEMORY.test(text) && !/mmap|mprotect/i.test(text)) return undefined;
    const maps = nearest(headroom, ({ limit }) => limit === 'max-map-count', EXACTLY_MET);
    return maps ?? nearest(headroom, ({ limit }) => limit === 'address-space');
  },
  ({ cap }) => (cap.kills > 0 || (cap.full && cap.hostKills > 0) ? 'memory-cap' : undefined),
  // crun's words for a first process that was ended; the limit was met, whoever was ended for it
  ({ text, cap }) => (cap.full && (OUT_OF_MEMORY.test(text) || /\bOOM\b/.test(text)) ? 'memory-cap' : undefined),
  ({ cap }) => (cap.hostKills > 0 ? 'host-memory' : undefined),
  ({ text, headroom }) => (OUT_OF_MEMORY.test(text) ? nearest(headroom, ({ limit }) => limit === 'host-memory') : undefined),
  ({ text, headroom }) => (/^no .* within /.test(text) ? nearest(headroom, ({ limit }) => limit === 'daemon-cpu') : undefined),
];

function says(words: RegExp, limit: string): Rule {
  return ({ text }) => (words.test(text) ? limit : undefined);
}

/** The chosen limit of which least is left, where that is next to nothing. */
function nearest(headroom: readonly Headroom[], chosen: (row: Headroom) => boolean, met = MET): string | undefined {
  return headroom.filter((row) => chosen(row) && usedShare(row) >= met).toSorted((x, y) => usedShare(y) - usedShare(x))[0]?.limit;
}

function usedShare({ used, max }: Headroom): number {
  return max === undefined || max === 0 ? 0 : used / max;
}

function evidenceOf(limit: string, { text, cap, headroom }: Ending): string {
  const facts: string[] = [];
  if (cap.kills > 0) facts.push(`${counted(cap.kills)} of the fleet’s group ended for want of memory`);
  if (cap.full) facts.push('the charge of the fleet’s group has met its limit');
  if (cap.hostKills > 0) facts.push(`${counted(cap.hostKills)} of the host ended for want of memory`);
  const relevant = limit === 'memory-cap' || limit === 'host-memory' ? facts : [];
  const rows = headroom
    .filter((row) => row.limit === limit)
    .toSorted((x, y) => usedShare(y) - usedShare(x))
    .slice(0, 1)
    .map(({ used, max, origin }) => `${limit} ${used} of ${max ?? 'no maximum'} (${origin})`);
  return [text, ...relevant, ...rows].join('; ');
}

function counted(processes: number): string {
  return processes === 1 ? 'one process' : `${processes} processes`;
}
