import { join } from 'node:path';
import { textOf } from './files.ts';
import type { EnergyHost } from './source.ts';

/** What <procRoot>/cpuinfo says that changes how a meter is to be read. */
export interface EnergyCpu {
  readonly model: string;
  /** the flag every hypervisor sets that wants to be seen */
  readonly hypervisor: boolean;
  /** RAPL exists on Intel and AMD only */
  readonly x86: boolean;
  /** Sapphire or Emerald Rapids: DRAM counts in the package's unit, which kernels before October 2022 (4c081324) did not know */
  readonly dramInPackageUnit: boolean;
}

/** Linux arch/x86/include/asm/intel-family.h: SAPPHIRERAPIDS_X 0x8F, EMERALDRAPIDS_X 0xCF. */
const DRAM_IN_PACKAGE_UNIT = new Set(['143', '207']);

export function energyCpu({ roots, files }: Pick<EnergyHost, 'roots' | 'files'>): EnergyCpu {
  const found = textOf(files, join(roots.procRoot, 'cpuinfo'));
  const text = 'text' in found ? found.text : '';
  const field = (name: string): string | undefined => new RegExp(`^${name}\\s*:\\s*(.*)$`, 'm').exec(text)?.[1]?.trim();
  const vendor = field('vendor_id');
  const isIntel6 = vendor === 'GenuineIntel' && field('cpu family') === '6';
  return {
    model: field('model name') ?? 'unknown processor',
    hypervisor: /\bhypervisor\b/.test(field('flags') ?? ''),
    x86: vendor !== undefined,
    dramInPackageUnit: isIntel6 && DRAM_IN_PACKAGE_UNIT.has(field('model') ?? ''),
  };
}
