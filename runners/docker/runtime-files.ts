import { join } from 'node:path';
import type { RunContext } from '../../core/model/context.ts';
import { readBundle } from '../engine/bundle.ts';
import type { Artifact } from '../runner.ts';

/** Files of the private engine's bundle, by their path below its root, as a runtime's own; none where the engine is the host's: its files are not ours to find. */
export async function bundledRuntime(context: RunContext, paths: readonly string[]): Promise<readonly Artifact[]> {
  const { ownership } = await context.engine();
  if (ownership === 'host') return [];
  const { root } = await readBundle(context.toolbox.privateEngine);
  return paths.map((path) => runtimeFile(join(root, path)));
}

export function runtimeFile(path: string): Artifact {
  return { form: 'file', kind: 'runtime', path };
}

/** Version of a package of the private engine's bundle, as `{ [name]: version }`; empty where the engine is the host's. */
export async function bundledVersion(context: RunContext, ...packages: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const { ownership } = await context.engine();
  if (ownership === 'host') return {};
  const { versions } = await readBundle(context.toolbox.privateEngine);
  return Object.fromEntries(packages.flatMap((name) => (versions[name] === undefined ? [] : [[name, versions[name]]])));
}
