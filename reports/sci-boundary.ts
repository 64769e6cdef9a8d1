import type { Assumptions, Band, EnergyReport } from '../core/model/energy.ts';
import type { ReportModel } from '../core/model/report.ts';
import { product, spanning } from '../results/carbon/band.ts';
import { hostCpuOf } from '../results/carbon/host-cpu.ts';
import { methodWords } from './energy.ts';
import { significant } from './format.ts';

const WHOLE = 'M = TE · (TiR ÷ EL) · (RR ÷ ToR)';
const GUEST = 'M = TE · (threads of this guest ÷ threads of the server) · (TiR ÷ EL) · (RR ÷ ToR)';

/** Carbon of making what this run had to itself, kg. */
interface Making {
  readonly hostKg: Band;
  /** absent: the host is a machine of its own, or its carbon was given */
  readonly part?: { readonly threads: number; readonly ofThreads: Band };
}

function makingOf({ manifest, energy }: ReportModel): Making | undefined {
  const find = (isWanted: (id: string) => boolean): EnergyReport['coefficients'][number] | undefined =>
    energy.coefficients.find(({ id }) => isWanted(id));
  const total = find((id) => id.startsWith('embodied'));
  const server = find((id) => id === 'server-threads');
  if (!total) return undefined;
  if (!server) return { hostKg: total };
  const { threads } = hostCpuOf(manifest.host);
  const of = (all: number): number => Math.min(1, threads / all);
  const { low, central, high } = server;
  return { hostKg: product(total, spanning(of(central), of(low), of(high))), part: { threads, ofThreads: { low, central, high } } };
}

/** The formula in force: a guest is charged its part of the server, unless `--embodied` says what this host cost. */
export function embodiedFormula({ coefficients }: EnergyReport): string {
  return coefficients.some(({ id }) => id === 'server-threads') ? GUEST : WHOLE;
}

/** Formula, what its letters are, and the kilograms that come out for the host. */
export function embodiedText(model: ReportModel): string {
  const making = makingOf(model);
  const letters = 'TE and EL in the table above, EL in years of 8,760 h, TiR the length of the unit, RR ÷ ToR the share of the host';
  const head = `${embodiedFormula(model.energy)}: ${letters}`;
  if (!making) return head;
  const { part, hostKg } = making;
  const given = model.energy.assumptions.embodiedKg === undefined ? '' : ', as given for this host';
  if (!part) return `${head}. TE of this host: ${kilograms(hostKg)}${given}`;
  return `${head}. This guest has ${part.threads} of ${rangeText(part.ofThreads)} threads: ${kilograms(hostKg)} are its part of the server`;
}

function kilograms(band: Band): string {
  return `${rangeText(band)} kgCO2e`;
}

function rangeText({ low, central, high }: Band): string {
  return low === high ? significant(central) : `${significant(central)} [${significant(low)}–${significant(high)}]`;
}

const HOST_FACTS = /cpu|model|microcode|kernel|governor|turbo|smt|cores|memory|virtual|hypervisor|^os/i;

/** Facts about the host; where the processor says that it is virtual, a missing name of the hypervisor does not read as doubt about it. */
function hostText({ manifest: { host } }: ReportModel): string {
  const isGuest = hostCpuOf(host).isGuest;
  const facts = Object.entries(host.facts)
    .filter(([name]) => HOST_FACTS.test(name) && name !== 'hypervisor')
    .filter(([name, fact]) => !(isGuest && name === 'virtualisation' && 'unavailable' in fact))
    .map(([name, fact]) => `${name.replaceAll('_', ' ')}: ${'value' in fact ? fact.value : `not known (${fact.unavailable})`}`);
  const virtual = isGuest ? ['the host is a virtual machine'] : [];
  return [...virtual, ...facts, `host key ${host.key}`].join('; ');
}

/** What the joules of each kind of figure cover. */
function includedText({ energy }: ReportModel): string {
  const read = energy.meters.filter(({ unavailable }) => !unavailable).map(({ method, scope }) => `${methodWords(method).word}: ${scope}`);
  const modelled = energy.units.some(({ method }) => method === 'modelled') ? ['modelled: processor and memory of a server'] : [];
  return `While the unit lasts, by kind of figure: ${[...read, ...modelled].join('; ') || 'nothing was read'}; its share of the idle host; the processes of the engine, shim and VMM; the making of the host.`;
}

/** A measured row says in its note where the suite's own energy could not be left out (results/carbon/measured-units.ts). */
const SUITE =
  'The suite’s own processes are left out: the model counts CPU time of the technology alone, a meter’s energy is divided by CPU time. Where that division was not possible the note of the row says that the suite’s energy is in it.';

export function boundaryPoints(model: ReportModel): [string, string][] {
  return [
    ['Included', includedText(model)],
    [
      'Excluded',
      'Network, external storage, cooling beyond PUE, build and test, devices of users, end of life. Bytes of images are reported as bytes, not as carbon.',
    ],
    ['The suite itself', SUITE],
    [
      'Cold start',
      'One life: launch, the work of the workload, exit, removal. Images, caches and compiled modules are warm: one life precedes the window. The metric cold_start of the report is the time to the first byte alone (t1 − t0).',
    ],
    ['Host', hostText(model)],
    ['PUE', pueText(model.energy.assumptions)],
    [
      'Grid intensity',
      'Location-based yearly average of the life cycle, unless the table above says that it was given; no certificates, no offsets.',
    ],
    ['Embodied', embodiedText(model)],
  ];
}

function pueText({ pue }: Assumptions): string {
  return pue === undefined
    ? 'not applied (1): energy is that of the computer alone; give it with --pue for a data centre'
    : `${pue}, as given`;
}
