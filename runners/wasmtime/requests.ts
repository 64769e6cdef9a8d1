import { parseBytes } from '../../core/model/quantity.ts';
import { STDOUT_LIMIT_BYTES } from '../native/launcher.ts';
import type { JsonObject } from '../../core/host/json-line-process.ts';
import type { Prepared, StartSpec, Variant } from '../runner.ts';

/** Slots of a pool unless more are asked for: wasmtime's own default. */
const POOL_SLOTS = 1000;
/** Stamps of a placing: enough to see whether it slows down, too few to be part of its memory. */
const PLACE_BATCHES = 100;

/**
 * The engine a variant's factors stand for (native/README.md, “engine”). Without a factor: wasmtime's default.
 * `instances`: how many will live in it at once, for the size of its pool
 */
export function engineOf({ factors }: Variant, instances = 0): JsonObject {
  const pooling = factors['allocator'] === 'pooling';
  return {
    allocator: pooling ? 'pooling' : 'on-demand',
    cow: factors['cow'] !== 'off',
    ...bytesOf('memoryReservationBytes', factors['memory_reservation']),
    ...bytesOf('guardBytes', factors['guard']),
    ...(pooling && instances > POOL_SLOTS ? { poolInstances: instances } : {}),
  };
}

function bytesOf(field: string, size: string | undefined): JsonObject {
  return size === undefined ? {} : { [field]: parseBytes(size) };
}

export function placeRequest({ variant, workload, artifacts }: Prepared, { instances = 0 }: StartSpec): JsonObject {
  const aot = variant.factors['compile_mode'] === 'aot';
  return {
    op: 'place',
    module: artifacts.find((artifact) => artifact.kind === (aot ? 'cwasm' : 'wasm'))?.path,
    precompiled: aot,
    engine: engineOf(variant, instances),
    instances,
    function: workload.loopFunction ?? null,
    batch: Math.max(1, Math.ceil(instances / PLACE_BATCHES)),
  };
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
