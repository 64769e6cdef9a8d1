import { POWER_ROWS, type PowerRow } from './data/coefficients.ts';
import type { HostCpu } from './host-cpu.ts';

/** Which row of the power table a host is, and why; no row: nothing says which, or the table has none like it. */
export interface Architecture {
  readonly row?: PowerRow;
  readonly because: string;
}

/** Numbers of the processor’s own identification (CPUID; Arm: implementer and part), with the steppings that belong to the row where one number serves two. */
interface Identification {
  readonly vendor: string;
  readonly family?: number;
  readonly models: readonly number[];
  readonly steppings?: readonly [least: number, most: number];
  readonly row: string;
}

const INTEL = 'GenuineIntel';
const AMD = 'AuthenticAMD';
const intel = (row: string, ...models: readonly number[]): Identification => ({ vendor: INTEL, family: 6, models, row });

/** Linux, arch/x86/include/asm/intel-family.h and arch/x86/kernel/cpu/amd.c; arch/arm64/include/asm/cputype.h. */
const IDENTIFICATIONS: readonly Identification[] = [
  intel('sandy-bridge', 42, 45),
  intel('ivy-bridge', 58, 62),
  intel('haswell', 60, 63, 69, 70),
  intel('broadwell', 61, 71, 79, 86),
  { ...intel('skylake', 85), steppings: [0, 4] },
  { ...intel('cascade-lake', 85), steppings: [5, 7] },
  intel('ice-lake', 106, 108),
  intel('sapphire-rapids', 143),
  intel('emerald-rapids', 207),
  intel('granite-rapids', 173, 174),
  intel('skylake-client', 78, 94),
  { ...intel('coffee-lake', 158), steppings: [10, 13] },
  { vendor: AMD, family: 23, models: [1], row: 'epyc-1' },
  { vendor: AMD, family: 23, models: [49], row: 'epyc-2' },
  { vendor: AMD, family: 25, models: [1], row: 'epyc-3' },
  { vendor: AMD, family: 25, models: [17, 160], row: 'epyc-4' },
  { vendor: AMD, family: 26, models: [2, 17], row: 'epyc-5' },
  { vendor: '0x41', models: [0xd0c], row: 'neoverse-n1' },
];

/** Names, where the record has no numbers (earlier versions of it): as the makers count their generations. */
const NAMES: readonly (readonly [pattern: RegExp, row: string])[] = [
  [/\bEPYC 7\w\w1\b/, 'epyc-1'],
  [/\bEPYC 7\w\w2\b/, 'epyc-2'],
  [/\bEPYC 7\w\w3\w?\b/, 'epyc-3'],
  [/\bEPYC [89]\w\w4\w?\b/, 'epyc-4'],
  [/\bEPYC 9\w\w5\w?\b/, 'epyc-5'],
  [/\bE[357]-\d{4}\w? v2\b/, 'ivy-bridge'],
  [/\bE[357]-\d{4}\w? v3\b/, 'haswell'],
  [/\bE[357]-\d{4}\w? v4\b/, 'broadwell'],
  [/\b(?:Platinum 8|Gold [56]|Silver 4|Bronze 3)1\d\d/, 'skylake'],
  [/\b(?:Platinum 8|Gold [56]|Silver 4|Bronze 3)2\d\d/, 'cascade-lake'],
  [/\b(?:Platinum 8|Gold [56]|Silver 4)3\d\d(?!H)/, 'ice-lake'],
  [/\b(?:Platinum 8|Gold [56]|Silver 4|Bronze 3)4\d\d/, 'sapphire-rapids'],
  [/\b(?:Platinum 8|Gold [56]|Silver 4|Bronze 3)5\d\d/, 'emerald-rapids'],
  [/\bNeoverse-N1\b/, 'neoverse-n1'],
];

/** The row of the power table for this host, by its identification numbers, else by its name. */
export function architectureOf(cpu: HostCpu): Architecture {
  const numbers = numbersText(cpu);
  if (numbers !== undefined) {
    const found = IDENTIFICATIONS.find((one) => matches(one, cpu));
    const row = found && rowOf(found.row);
    return row ? { row, because: `${numbers} is ${row.title}` } : { because: `no row of the table is ${numbers} (“${cpu.name}”)` };
  }
  const named = NAMES.find(([pattern]) => pattern.test(cpu.name));
  const row = named && rowOf(named[1]);
  if (row) return { row, because: `“${cpu.name}” is ${row.title} by its name` };
  return { because: `neither numbers nor the name “${cpu.name}” say which microarchitecture this is` };
}

function matches({ vendor, family, models, steppings }: Identification, cpu: HostCpu): boolean {
  if (cpu.vendor !== vendor || cpu.family !== family || cpu.model === undefined || !models.includes(cpu.model)) return false;
  return steppings === undefined || (cpu.stepping !== undefined && cpu.stepping >= steppings[0] && cpu.stepping <= steppings[1]);
}

function numbersText({ vendor, family, model, stepping }: HostCpu): string | undefined {
  if (vendor === undefined || model === undefined) return undefined;
  const parts = [family === undefined ? '' : ` family ${family}`, ` model ${model}`, stepping === undefined ? '' : ` stepping ${stepping}`];
  return `${vendor}${parts.join('')}`;
}

function rowOf(id: string): PowerRow | undefined {
  return POWER_ROWS.find((row) => row.id === id);
}
