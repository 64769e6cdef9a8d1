import { scanModules } from '../core/host/scan-modules.ts';
import type { Runner } from './runner.ts';

/** Every runner in this folder, by id: adding a file (or a folder with index.ts) is all it takes. */
export async function loadRunners(): Promise<readonly Runner[]> {
  return scanModules(new URL('.', import.meta.url), isRunner);
}

function isRunner(value: unknown): value is Runner {
  return typeof value === 'object' && value !== null && 'id' in value && 'detect' in value && 'capabilities' in value;
}
