import type { Variant } from '../runner.ts';

/** A variant of this runner: the shim containerd starts, and the OCI runtime behind it. */
export interface ContainerdKind {
  readonly id: string;
  readonly title: string;
  readonly default: boolean;
  /** containerd's name of the runtime, which names the shim's program */
  readonly shim: 'io.containerd.runc.v2' | 'io.containerd.thirdwave.v1';
  /** the program containerd's own shim starts; undefined: the shim is the runtime */
  readonly runtime: 'runc' | 'crun' | undefined;
  readonly form: 'scratch' | 'module' | 'precompiled';
}

export const KINDS: readonly ContainerdKind[] = [
  {
    id: 'runc',
    title: 'containerd’s own shim, runc, static binary',
    default: true,
    shim: 'io.containerd.runc.v2',
    runtime: 'runc',
    form: 'scratch',
  },
  {
    id: 'crun',
    title: 'containerd’s own shim, crun, static binary',
    default: true,
    shim: 'io.containerd.runc.v2',
    runtime: 'crun',
    form: 'scratch',
  },
  {
    id: 'shim-jit',
    title: 'our shim, module compiled at the start',
    default: false,
    shim: 'io.containerd.thirdwave.v1',
    runtime: undefined,
    form: 'module',
  },
  {
    id: 'shim-aot',
    title: 'our shim, module compiled before',
    default: false,
    shim: 'io.containerd.thirdwave.v1',
    runtime: undefined,
    form: 'precompiled',
  },
];

export const VARIANTS: readonly Variant[] = KINDS.map(({ id, title, default: isDefault, runtime, form }) => ({
  id,
  title,
  default: isDefault,
  rung: 'containerd',
  factors: {
    runtime: runtime ?? 'thirdwave',
    image: form,
    network: 'none',
    ...(form === 'scratch' ? {} : { wasm_engine: 'wasmtime', compile_mode: form === 'module' ? 'jit' : 'aot' }),
  },
  consumes: [form === 'scratch' ? 'binary' : 'wasm'],
  ...(form === 'precompiled' ? { cacheState: 'pre-warmed' as const } : {}),
}));

export function kindOf({ id }: Pick<Variant, 'id'>): ContainerdKind {
  const kind = KINDS.find((candidate) => candidate.id === id);
  if (!kind) throw new TypeError(`${id} is not a variant of the containerd runner`);
  return kind;
}
