import type { Variant } from '../runner.ts';

/** OCI runtimes an engine may have; what it really has, `GET /info` says at detection. */
const RUNTIMES = ['runc', 'crun', 'youki', 'runsc', 'kata'] as const;
const PACKAGINGS = ['scratch', 'debian', 'image'] as const;
export type Packaging = (typeof PACKAGINGS)[number];

/** Docker's own default, and therefore what the headline measures: setting the bridge up is part of what users wait for. */
export const NETWORK = 'bridge';

const TITLES: Readonly<Record<Packaging, string>> = {
  scratch: 'static binary alone in the image',
  debian: 'static binary on a Debian base',
  image: 'the user’s own image',
};

/** Names that engines register the same runtime under. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  runc: ['io.containerd.runc.v2'],
  kata: ['kata-runtime', 'io.containerd.kata.v2'],
  runsc: ['io.containerd.runsc.v1', 'gvisor'],
};

function variant(runtime: string, packaging: Packaging): Variant {
  return {
    id: `${runtime}-${packaging}`,
    title: `Docker, ${runtime}, ${TITLES[packaging]}`,
    default: runtime === 'runc',
    rung: 'docker-engine',
    factors: { runtime, image: packaging === 'image' ? 'own' : packaging, network: NETWORK },
    consumes: packaging === 'image' ? ['image'] : ['binary'],
  };
}

export const VARIANTS: readonly Variant[] = [
  ...RUNTIMES.flatMap((runtime) => [variant(runtime, 'scratch'), variant(runtime, 'debian')]),
  variant('runc', 'image'),
];

/** Runtime and packaging of one of `VARIANTS`. */
export function partsOf(variant: Variant): { readonly runtime: string; readonly packaging: Packaging } {
  const [runtime = '', packaging] = variant.id.split('-');
  const known = PACKAGINGS.find((candidate) => candidate === packaging);
  if (!known) throw new TypeError(`${variant.id} is not a variant of the container runner`);
  return { runtime, packaging: known };
}

/** The name under which the engine offers a runtime, or undefined. */
export function registeredName(runtime: string, offered: readonly string[]): string | undefined {
  return [runtime, ...(ALIASES[runtime] ?? [])].find((name) => offered.includes(name));
}
