import { readdir } from 'node:fs/promises';
import { BenchError, codeOf, messageOf } from '../model/error.ts';

const MODULE = /(?<!\.test|\.d)\.(?:js|ts)$/;
const INDEX_NAMES = ['index.js', 'index.ts'];

/**
 * The default exports of the modules directly in a folder, and of `index` in its sub-folders, that the guard accepts, sorted by id: adding a
 * file adds a plug-in. Modules without such an export are helpers and are passed over. Works on sources (tests) and on compiled output.
 * @throws BenchError `module-broken` when a module cannot be imported, `module-duplicate` when two have the same id
 */
export async function scanModules<T extends { readonly id: string }>(
  folder: URL,
  isPlugin: (value: unknown) => value is T,
): Promise<readonly T[]> {
  const found = new Map<string, { readonly plugin: T; readonly file: string }>();
  for (const file of await moduleFiles(folder)) {
    const plugin = await defaultExport(new URL(file, folder), file);
    if (!isPlugin(plugin)) continue;
    const twin = found.get(plugin.id);
    if (twin) {
      throw new BenchError({
        code: 'module-duplicate',
        message: `${twin.file} and ${file} both have the id “${plugin.id}”`,
        remedy: 'give one of them another id, or delete what is left of a renamed file in the compiled output',
      });
    }
    found.set(plugin.id, { plugin, file });
  }
  return [...found.values()].map(({ plugin }) => plugin).toSorted((x, y) => (x.id < y.id ? -1 : 1));
}

async function moduleFiles(folder: URL): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && MODULE.test(entry.name)).map((entry) => entry.name);
  for (const entry of entries.filter((candidate) => candidate.isDirectory())) {
    const inside = await readdir(new URL(`${entry.name}/`, folder));
    const index = INDEX_NAMES.find((name) => inside.includes(name));
    if (index !== undefined) files.push(`${entry.name}/${index}`);
  }
  return files.toSorted();
}

async function defaultExport(url: URL, file: string): Promise<unknown> {
  try {
    const module = (await import(url.href)) as { readonly default?: unknown };
    return module.default;
  } catch (error) {
    throw new BenchError({
      code: 'module-broken',
      message: `${file} cannot be loaded: ${messageOf(error)} (${codeOf(error)})`,
      remedy: `repair or remove ${file}`,
      cause: error,
    });
  }
}
