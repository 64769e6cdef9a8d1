import type { RunContext } from '../../core/model/context.ts';
import { BenchError } from '../../core/model/error.ts';
import { isFound } from '../../core/model/context.ts';
import type { Workload } from '../../core/model/workload.ts';
import { type ImageSource, ownImage, usersImage } from '../docker/images.ts';
import { PROGRAM_PATH } from '../docker/oci-archive.ts';
import type { Recipe } from '../docker/recipe.ts';
import { bundledRuntime, bundledVersion, runtimeFile } from '../docker/runtime-files.ts';
import { readProgram } from '../native/artifact-kind.ts';
import type { Artifact, Variant } from '../runner.ts';

/** OCI runtimes an engine may have; what it really has, `GET /info` says at detection. */
const RUNTIMES = ['runc', 'crun', 'youki', 'runsc', 'kata'] as const;
const PACKAGINGS = ['scratch', 'debian', 'image'] as const;
export type Packaging = (typeof PACKAGINGS)[number];

/** Docker's own default, and therefore what the headline measures: setting the bridge up is part of what users wait for. */
const NETWORK = 'bridge';
/** `none` exists so that the ladder can say what the bridge costs: the rungs below Docker set no network up. */
const NO_NETWORK = 'nonet';
const SHIM = 'usr/bin/containerd-shim-runc-v2';

const TITLES: Readonly<Record<Packaging, string>> = {
  scratch: 'static binary alone in the image',
  debian: 'static binary on a Debian base',
  image: 'the user’s own image',
};

/** What is planned where a scenario names no variant: Docker's own runtime, and the lean one beside it. */
const DEFAULTS: readonly string[] = ['runc-scratch', 'runc-debian', 'runc-image', 'crun-scratch'];

function variant(runtime: string, packaging: Packaging, network: Recipe['network'] = NETWORK): Variant {
  const id = `${runtime}-${packaging}${network === 'none' ? `-${NO_NETWORK}` : ''}`;
  return {
    id,
    title: `Docker, ${runtime}, ${TITLES[packaging]}${network === 'none' ? ', no network' : ''}`,
    default: DEFAULTS.includes(id),
    rung: 'docker-engine',
    factors: { runtime, image: packaging === 'image' ? 'own' : packaging, network },
    consumes: packaging === 'image' ? ['image'] : ['binary'],
  };
}

export const VARIANTS: readonly Variant[] = [
  ...RUNTIMES.flatMap((runtime) => [variant(runtime, 'scratch'), variant(runtime, 'debian')]),
  variant('runc', 'image'),
  variant('runc', 'scratch', 'none'),
  variant('crun', 'scratch', 'none'),
];

interface VariantParts {
  readonly runtime: string;
  readonly packaging: Packaging;
  readonly network: Recipe['network'];
}

/** Runtime, packaging and network of one of `VARIANTS`. */
export function partsOf({ id }: Variant): VariantParts {
  const [runtime = '', packaging, network] = id.split('-');
  const known = PACKAGINGS.find((candidate) => candidate === packaging);
  if (!known) throw new TypeError(`${id} is not a variant of the container runner`);
  return { runtime, packaging: known, network: network === NO_NETWORK ? 'none' : NETWORK };
}

export function recipeOf(one: Variant): Recipe {
  const { runtime, packaging, network } = partsOf(one);
  return {
    runtime,
    startLayer: 'oci-runtime',
    network,
    image: async (context, api, workload) =>
      packaging === 'image' ? usersImage(context, api, workload) : ownImage(context, api, await sourceOf(context, packaging, workload)),
    runtimeFiles: async (context) => runtimeFiles(context, runtime),
    versions: async (context) => (runtime === 'crun' ? bundledVersion(context, 'crun') : {}),
  };
}

async function runtimeFiles(context: RunContext, runtime: string): Promise<readonly Artifact[]> {
  const { youki } = context.toolbox;
  if (runtime === 'runc') return bundledRuntime(context, ['usr/sbin/runc', SHIM]);
  if (runtime === 'crun') return bundledRuntime(context, ['usr/bin/crun', SHIM]);
  if (runtime === 'youki' && isFound(youki)) return [...(await bundledRuntime(context, [SHIM])), runtimeFile(youki.path)];
  return [];
}

async function sourceOf({ toolbox }: RunContext, packaging: 'scratch' | 'debian', workload: Workload): Promise<ImageSource> {
  const { binary } = workload.artifacts;
  if (binary === undefined) throw new BenchError({ code: 'artifact-missing', message: `workload ${workload.id} has no binary` });
  const program = { path: PROGRAM_PATH, mode: 0o755, content: await readProgram(binary) };
  const source = { workload: workload.id, packaging, config: { entrypoint: [PROGRAM_PATH] } };
  if (packaging === 'scratch') return { ...source, layers: [[program]] };
  if (isFound(toolbox.debianBase)) return { ...source, layers: [toolbox.debianBase.path, [program]] };
  const { missing, remedy } = toolbox.debianBase;
  throw new BenchError({ code: 'artifact-missing', message: `no Debian base for the image: ${missing}`, remedy });
}
