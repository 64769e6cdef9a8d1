import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

/** Root of the clone, from `dist/scripts/compose/`, or from the source itself (tests). */
export const PROJECT_ROOT = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../../' : '../../../', import.meta.url));

export const SCENARIOS_FOLDER = join(PROJECT_ROOT, 'scenarios');
export const DEFAULT_RESULTS = join(PROJECT_ROOT, 'results', 'runs');
export const DEFAULT_REPORTS = join(PROJECT_ROOT, 'reports', 'out');
