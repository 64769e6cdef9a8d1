import { readdir } from 'node:fs/promises';
import { BenchError, messageOf } from '../model/error.ts';

/**
 * Every plug-in of a folder: default exports that pass the guard, of `*.js` files and of `<folder>/index.js`, sorted by id. Adding a file is all it takes.
 * @throws BenchError `plugin-broken` naming the file that cannot be loaded
 */
export async function scanModules<T extends { readonly id: string }>(folder: URL, guard: (value: unknown) => value is T): Promise<readonly T[]> {
  const suffix = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  const entries = await readdir(folder, { withFileTypes: true });
  const candidates: string[] = [];
  for (const entry of entries) {
    if (entry.isDirectory()) {
      const inside = await readdir(new URL(`${entry.name}/`, folder));
      if (inside.includes(`index${suffix}`)) candidates.push(`${entry.name}/index${suffix}`);
    } else if (entry.name.endsWith(suffix) && !/\.(test|d)\.[jt]s$/.test(entry.name) && !/^registry\./.test(entry.name)) {
      candidates.push(entry.name);
    }
  }
  const found: T[] = [];
  for (const name of candidates.toSorted()) {
    const loaded = await load(new URL(name, folder));
    if (guard(loaded)) found.push(loaded);
  }
  return found.toSorted((x, y) => (x.id < y.id ? -1 : 1));
}

async function load(file: URL): Promise<unknown> {
  try {
    const loaded = (await import(file.href)) as { readonly default?: unknown };
    return loaded.default;
  } catch (error) {
    throw new BenchError({
      code: 'plugin-broken',
      message: `${file.pathname} cannot be loaded: ${messageOf(error)}`,
      remedy: 'mend or remove that file',
      cause: error,
    });
  }
}
