import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** The one folder preparation writes to: `$XDG_CACHE_HOME/thirdwave`, else `~/.cache/thirdwave` (a relative XDG path is ignored, as the specification asks). */
export function cacheRoot(): string {
  const { XDG_CACHE_HOME: base } = process.env;
  return join(base !== undefined && isAbsolute(base) ? base : join(homedir(), '.cache'), 'thirdwave');
}
