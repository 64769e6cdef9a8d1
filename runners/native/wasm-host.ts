import { createHash } from 'node:crypto';
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isFound, type RunContext } from '../../core/model/context.ts';
import { BenchError } from '../../core/model/error.ts';
import { fileDigest } from './file-digest.ts';
import { JsonLineProcess, type JsonObject } from '../../core/host/json-line-process.ts';

/** A process of native/wasm-host, in these groups from its first page on. @throws BenchError `wasm-host-missing` */
export async function startWasmHost(context: RunContext, cgroupProcsFiles: readonly string[] = []): Promise<JsonLineProcess> {
  const { wasmHost } = context.toolbox;
  if (!isFound(wasmHost)) throw new BenchError({ code: 'wasm-host-missing', message: wasmHost.missing, remedy: wasmHost.remedy });
  return JsonLineProcess.start({ argv: [wasmHost.path, '--origin-ns', String(context.originNs)], cgroupProcsFiles });
}

/**
 * The `.cwasm` of a module for an engine, made by `host` or found in the cache (under a digest of module, engine and host).
 * @throws BenchError `artifact-missing`, or the host's own code
 */
export async function precompiled(
  context: RunContext,
  { wasm, engine, host }: { readonly wasm: string; readonly engine: JsonObject; readonly host: () => Promise<JsonLineProcess> },
): Promise<string> {
  const { wasmHost } = context.toolbox;
  const version = isFound(wasmHost) ? `${wasmHost.path} ${wasmHost.version}` : '';
  const digest = await fileDigest(wasm);
  const key = createHash('sha256')
    .update(JSON.stringify([digest, engine, version]))
    .digest('hex')
    .slice(0, 24);
  const folder = join(context.cacheDir, 'cwasm');
  const out = join(folder, `${key}.cwasm`);
  await mkdir(folder, { recursive: true });
  const cached = await stat(out).catch(() => undefined);
  if (!cached) await (await host()).call({ op: 'precompile', module: wasm, out, engine });
  return out;
}
