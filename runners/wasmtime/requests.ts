import { STDOUT_LIMIT_BYTES } from '../native/launcher.ts';
import type { JsonObject } from '../native/json-line-process.ts';
import type { Prepared, StartSpec, Variant } from '../runner.ts';

/** The engine a variant's factors stand for (native/README.md, “engine”). Copy-on-write images on: wasmtime's default. */
export function engineOf(variant: Variant): JsonObject {
  return { allocator: variant.factors['allocator'] === 'pooling' ? 'pooling' : 'on-demand', cow: true };
}

export function runRequest({ variant, workload, artifacts }: Prepared, spec: StartSpec): JsonObject {
  const aot = variant.factors['compile_mode'] === 'aot';
  const held = spec.activity === 'hold';
  const bytes = workload.stdin;
  const stdin = bytes === undefined ? { kind: 'empty' } : { kind: 'bytes', base64: Buffer.from(bytes).toString('base64') };
  return {
    op: 'run',
    module: artifacts.find((artifact) => artifact.kind === (aot ? 'cwasm' : 'wasm'))?.path,
    precompiled: aot,
    engine: engineOf(variant),
    args: [workload.id, ...workload.args, ...(held ? (workload.holdArgs ?? []) : [])],
    env: workload.env,
    stdin: held ? { kind: 'hold' } : stdin,
    stdoutLimitBytes: STDOUT_LIMIT_BYTES,
  };
}
