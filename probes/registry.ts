import { scanModules } from '../core/host/scan-modules.ts';
import type { Probe } from './probe.ts';

/** Every probe in this folder, by id: adding a file is all it takes. */
export async function loadProbes(): Promise<readonly Probe[]> {
  return scanModules(new URL('.', import.meta.url), isProbe);
}

function isProbe(value: unknown): value is Probe {
  return typeof value === 'object' && value !== null && 'id' in value && 'scope' in value && 'open' in value;
}
