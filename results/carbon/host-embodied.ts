import type { Assumptions, Band } from '../../core/model/energy.ts';
import { exact, product, spanning } from './band.ts';
import { DEFAULT_EMBODIED, DEFAULT_LIFETIME, SERVER_THREADS } from './data/embodied.ts';
import type { HostCpu } from './host-cpu.ts';
import type { ChosenEntry } from './model-energy.ts';

export interface HostEmbodied {
  /** TE: what making this host, or a guest’s part of its server, has cost, kgCO2e */
  readonly hostKg: Band;
  readonly lifetimeYears: number;
  readonly entries: readonly ChosenEntry[];
}

/** `--embodied` is for this host as it stands. Otherwise a server of the default kind; of it, a guest is its threads. */
export function hostEmbodied({ embodiedKg, lifetimeYears }: Assumptions, { threads, isGuest }: HostCpu, year: number): HostEmbodied {
  const given = { year, source: 'whoever ran or derived this', licence: 'not applicable', maxAgeYears: Number.MAX_SAFE_INTEGER };
  const lifetime: ChosenEntry =
    lifetimeYears === undefined
      ? { entry: DEFAULT_LIFETIME, chosen: 'default' }
      : {
          entry: { ...given, id: 'lifetime', title: 'years a server is used, as given', unit: 'years', ...exact(lifetimeYears) },
          chosen: 'assumptions.json',
        };
  const years = lifetime.entry.central;
  if (embodiedKg !== undefined) {
    const entry = { ...given, id: 'embodied/given', title: 'making this host, as given', unit: 'kgCO2e', ...exact(embodiedKg) };
    return { hostKg: exact(embodiedKg), lifetimeYears: years, entries: [{ entry, chosen: '--embodied' }, lifetime] };
  }
  if (!isGuest) {
    return {
      hostKg: DEFAULT_EMBODIED,
      lifetimeYears: years,
      entries: [{ entry: DEFAULT_EMBODIED, chosen: 'default: the host is a server of its own' }, lifetime],
    };
  }
  const part = partOfServer(threads);
  const chosen = `default for a whole server; this guest is ${threads} of its threads`;
  return {
    hostKg: product(DEFAULT_EMBODIED, part),
    lifetimeYears: years,
    entries: [
      { entry: DEFAULT_EMBODIED, chosen },
      { entry: SERVER_THREADS, chosen: `the host is a virtual machine with ${threads} threads: ${percent(part.central)} of the server` },
      lifetime,
    ],
  };
}

function partOfServer(threads: number): Band {
  const of = (all: number): number => Math.min(1, threads / all);
  return spanning(of(SERVER_THREADS.central), of(SERVER_THREADS.low), of(SERVER_THREADS.high));
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
