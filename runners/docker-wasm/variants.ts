import type { Toolbox } from '../../core/model/context.ts';
import type { CacheState } from '../../core/model/vocabulary.ts';
import type { Variant } from '../runner.ts';
import type { ImageForm } from './module-image.ts';

/** A way to run a Wasm module under Docker: which runtime takes it, in which form, compiled when. */
export interface WasmKind {
  readonly id: string;
  readonly title: string;
  readonly default: boolean;
  /** OCI runtime or containerd shim, by its usual name */
  readonly runtime: string;
  /** `shim`: the runtime is a containerd shim of the runwasi kind, which is the container’s parent itself */
  readonly by: 'shim' | 'oci-runtime';
  readonly engine: string;
  readonly compileMode: 'jit' | 'aot' | 'interpreter';
  readonly form: ImageForm;
  readonly network?: 'none';
  /** tells an OCI runtime that the program is a module */
  readonly annotations?: Readonly<Record<string, string>>;
  /** products of preparation it cannot do without */
  readonly needs?: readonly (keyof Toolbox)[];
}

/** crun ≥ 1.x and youki take a module by this annotation (crun’s documentation, “Wasm”; youki’s wasm handlers read the same). */
const AS_WASM = { 'module.wasm.image/variant': 'compat' } as const;

export const KINDS: readonly WasmKind[] = [
  {
    id: 'shim-jit',
    title: 'our containerd shim, module compiled at the start',
    default: true,
    runtime: 'thirdwave',
    by: 'shim',
    engine: 'wasmtime',
    compileMode: 'jit',
    form: 'module',
  },
  {
    id: 'shim-aot',
    title: 'our containerd shim, module compiled before',
    default: true,
    runtime: 'thirdwave',
    by: 'shim',
    engine: 'wasmtime',
    compileMode: 'aot',
    form: 'precompiled',
    needs: ['wasmHost'],
  },
  {
    id: 'shim-jit-platform',
    title: 'our containerd shim, image of the platform wasi/wasm',
    default: false,
    runtime: 'thirdwave',
    by: 'shim',
    engine: 'wasmtime',
    compileMode: 'jit',
    form: 'platform',
  },
  {
    id: 'shim-aot-nonet',
    title: 'our containerd shim, module compiled before, no network',
    default: false,
    runtime: 'thirdwave',
    by: 'shim',
    engine: 'wasmtime',
    compileMode: 'aot',
    form: 'precompiled',
    network: 'none',
    needs: ['wasmHost'],
  },
  {
    id: 'crun-wasmedge',
    title: 'crun with its WasmEdge handler',
    default: true,
    runtime: 'crun',
    by: 'oci-runtime',
    engine: 'wasmedge',
    compileMode: 'interpreter',
    form: 'module',
    annotations: AS_WASM,
  },
  {
    id: 'youki-wasmtime',
    title: 'youki with its wasmtime handler',
    default: true,
    runtime: 'youki',
    by: 'oci-runtime',
    engine: 'wasmtime',
    compileMode: 'jit',
    form: 'module',
    annotations: AS_WASM,
  },
  {
    id: 'runc-wasmtime-jit',
    title: 'runc, image with a static wasmtime runner beside the module',
    default: false,
    runtime: 'runc',
    by: 'oci-runtime',
    engine: 'wasmtime',
    compileMode: 'jit',
    form: 'runner',
    needs: ['wasmRun'],
  },
  {
    id: 'runc-wasmtime-aot',
    title: 'runc, image with a static wasmtime runner beside the precompiled module',
    default: false,
    runtime: 'runc',
    by: 'oci-runtime',
    engine: 'wasmtime',
    compileMode: 'aot',
    form: 'runner-precompiled',
    needs: ['wasmRun', 'wasmHost'],
  },
  ...(['wasmtime', 'wasmedge', 'wasmer', 'wamr'] as const).map((engine): WasmKind => ({
    id: `official-${engine}`,
    title: `the ${engine} shim of the runwasi project`,
    default: false,
    runtime: engine,
    by: 'shim',
    engine,
    compileMode: engine === 'wamr' ? 'interpreter' : 'jit',
    form: 'module',
  })),
];

export const VARIANTS: readonly Variant[] = KINDS.map(({ id, title, default: planned, runtime, engine, compileMode, form, network }) => ({
  id,
  title: `Docker, ${title}`,
  default: planned,
  rung: 'docker-engine',
  factors: { runtime, wasm_engine: engine, compile_mode: compileMode, image: form, network: network ?? 'bridge' },
  ...(compileMode === 'aot' ? { cacheState: 'pre-warmed' satisfies CacheState } : {}),
}));

export function kindOf({ id }: Variant): WasmKind {
  const kind = KINDS.find((candidate) => candidate.id === id);
  if (!kind) throw new TypeError(`${id} is not a variant of the docker-wasm runner`);
  return kind;
}
