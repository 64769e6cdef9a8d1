import type { Recipe } from './recipe.ts';

interface Run extends Pick<Recipe, 'runtime' | 'network' | 'annotations'> {
  readonly image: string;
  readonly platform?: string | undefined;
  readonly args?: readonly string[];
}

/** The command that starts the same container by Docker’s own client: what a user would type. Arguments after `docker`. */
export function dockerRunArguments({ runtime, network, annotations = {}, image, platform, args = [] }: Run): readonly string[] {
  return [
    'run',
    '--rm',
    ...(runtime === 'runc' ? [] : [`--runtime=${runtime}`]),
    ...(network === 'bridge' ? [] : [`--network=${network}`]),
    ...Object.entries(annotations).map(([name, value]) => `--annotation=${name}=${value}`),
    ...(platform === undefined ? [] : [`--platform=${platform}`]),
    image,
    ...args,
  ];
}
