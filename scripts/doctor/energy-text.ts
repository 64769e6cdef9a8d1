import { tableLines, wrap } from '../../reports/text-layout.ts';
import type { EnergyDiagnosis, MeterFinding, ZoneFinding } from './energy.ts';

/** What `doctor energy` prints: a stranger must be able to act on it. */
export function energyText(diagnosis: EnergyDiagnosis, width: number): string {
  const { root, processor, kernel, virtualMachine, meters } = diagnosis;
  const lines =
    root === undefined ? ['Energy meters of this machine'] : wrap(`Energy meters of the made tree ${root}: everything is simulated`, width);
  lines.push(`  processor  ${processor}${virtualMachine ? ' (virtual machine: the hypervisor says so)' : ''}`, `  kernel     ${kernel}`);
  for (const meter of meters) lines.push('', ...meterLines(meter, width));
  lines.push('', 'What follows', ...consequence(diagnosis).flatMap((text) => wrap(text, width, '  ')));
  return lines.join('\n');
}

/** One line for plain `doctor`. */
export function energyLine({ meters, method }: EnergyDiagnosis): string {
  const used = meters.find((meter) => meter.used);
  if (used) return `  ✓ ${method.padEnd(30)} ${used.title}: ${used.scope ?? ''} (“doctor energy” says more)`;
  const reasons = meters.map(({ id, unavailable }) => `${id} ${unavailable?.code ?? ''}`).join(', ');
  return `  – ${'no meter'.padEnd(30)} ${reasons}: energy is modelled from CPU time (“doctor energy” says why and what helps)`;
}

function meterLines(
  { title, method, used, scope, zones, watts, lookS, flaws, warnings, unavailable }: MeterFinding,
  width: number,
): string[] {
  if (unavailable) {
    return [
      title,
      ...wrap(`– cannot be read (${unavailable.code}): ${unavailable.because}.`, width, '  ', '    '),
      // Each way out on a line of its own.
      ...unavailable.remedy.split(/; (?=or,? )/).flatMap((remedy) => wrap(`→ ${remedy}`, width, '    ', '      ')),
    ];
  }
  const power = watts === undefined ? 'no power could be made of two reads' : `${number(watts)} W, mean of ${number(lookS ?? 0)} s`;
  return [
    title,
    ...wrap(
      `✓ can be read (${method}): ${scope ?? ''}; now ${power}${used ? '' : '; runs do not read it: there is better evidence above'}`,
      width,
      '  ',
      '    ',
    ),
    ...warnings.flatMap((warning) => wrap(`! ${warning}`, width, '    ', '      ')),
    ...flaws.flatMap((flaw) => wrap(`! This look does not count: ${flaw}.`, width, '    ', '      ')),
    '',
    ...zoneTable(zones, width),
  ];
}

function zoneTable(zones: readonly ZoneFinding[], width: number): string[] {
  const titles = ['counter', 'name', 'in the sum', 'now', 'begins again at', 'soonest after', 'read takes'];
  const rows = zones.map((zone) => ({
    cells: [
      zone.zone,
      zone.name,
      zone.counted ? 'yes' : 'no',
      zone.error ?? (zone.watts === undefined ? 'unknown' : `${number(zone.watts)} W`),
      zone.rangeJ === undefined ? 'never' : `${number(zone.rangeJ / 1e3)} kJ`,
      zone.wrapS === undefined ? '' : `${duration(zone.wrapS)} at ${number(zone.capW)} W`,
      `${number(zone.latencyNs / 1e3)} µs`,
    ],
    ...(zone.because === undefined ? {} : { after: zone.because }),
  }));
  return tableLines(titles, ['left', 'left', 'left', 'right', 'right', 'right', 'right'], rows, width, (text) => text);
}

const MEASURED: Readonly<Record<string, string>> = {
  wall: 'Energy is measured at the whole machine (method wall, the best evidence): windows of work stand between idle windows, and what idling draws is taken off.',
  rapl: 'Energy is measured by RAPL (method rapl): windows of work stand between idle windows, and what idling draws is taken off. Power supply, fans, disks and network are not in it.',
  'rapl-virtual':
    'Energy is read from counters that the hypervisor makes up (method rapl-virtual): it is shown with that label and never set beside energy of a real meter.',
  simulated:
    'Energy is read from this made tree (method simulated) in runs with THIRDWAVE_ENERGY_ROOT set to it: never gated, never ranked, never a result.',
  modelled:
    'Energy will be modelled: CPU seconds of each technology × the watts per hardware thread of processors like this one (published tables), with their band. It is labelled “modelled”, never gated, never ranked, never drawn beside measured joules, and says nothing that CPU time and memory do not say.',
};

function consequence({ method }: EnergyDiagnosis): string[] {
  return [MEASURED[method] ?? method];
}

function number(value: number): string {
  return value >= 1000 ? value.toFixed(0) : value.toPrecision(3);
}

function duration(seconds: number): string {
  if (seconds < 90) return `${number(seconds)} s`;
  if (seconds < 5400) return `${number(seconds / 60)} min`;
  return seconds < 48 * 3600 ? `${number(seconds / 3600)} h` : `${number(seconds / 86400)} days`;
}
