import type { Variant } from '../runner.ts';

/** OCI runtimes that can be started without an engine. */
export type RuntimeName = 'runc' | 'crun' | 'youki';

/** A variant of this runner: a runtime, and for a module how it is told that the program is one. */
export interface OciKind {
  readonly id: string;
  readonly runtime: RuntimeName;
  readonly consumes: 'binary' | 'wasm';
  /** of a module: the engine behind the runtime's handler */
  readonly engine?: 'wasmedge' | 'wasmtime';
  readonly annotations?: Readonly<Record<string, string>>;
}

/** By which crun (its documentation, “Wasm”) and youki recognise that the entrypoint is a module. */
const AS_WASM = { 'module.wasm.image/variant': 'compat', 'run.oci.handler': 'wasm' } as const;

const KINDS: readonly OciKind[] = [
  { id: 'runc', runtime: 'runc', consumes: 'binary' },
  { id: 'crun', runtime: 'crun', consumes: 'binary' },
  { id: 'youki', runtime: 'youki', consumes: 'binary' },
  { id: 'crun-wasmedge', runtime: 'crun', consumes: 'wasm', engine: 'wasmedge', annotations: AS_WASM },
  { id: 'youki-wasmtime', runtime: 'youki', consumes: 'wasm', engine: 'wasmtime', annotations: AS_WASM },
];

const DEFAULTS: readonly string[] = ['runc', 'crun'];

/** What WasmEdge does with a module it was not given compiled. */
const COMPILE_MODES = { wasmedge: 'interpreter', wasmtime: 'jit' } as const;

export const VARIANTS: readonly Variant[] = KINDS.map(({ id, runtime, consumes, engine }) => ({
  id,
  title: engine === undefined ? `${runtime} run, static binary` : `${runtime} run, module through its ${engine} handler`,
  default: DEFAULTS.includes(id),
  rung: 'oci-runtime',
  factors: {
    runtime,
    image: 'directory',
    network: 'none',
    ...(engine === undefined ? {} : { wasm_engine: engine, compile_mode: COMPILE_MODES[engine] }),
  },
  consumes: [consumes],
}));

export function kindOf({ id }: Pick<Variant, 'id'>): OciKind {
  const kind = KINDS.find((candidate) => candidate.id === id);
  if (!kind) throw new TypeError(`${id} is not a variant of the oci runner`);
  return kind;
}
