import { isFound, type RunContext } from '../../core/model/context.ts';
import { BenchError } from '../../core/model/error.ts';
import type { Workload } from '../../core/model/workload.ts';
import type { ImageSource } from '../docker/images.ts';
import type { ImageFile } from '../docker/oci-archive.ts';
import { readModule } from '../native/artifact-kind.ts';
import { readArtifact } from '../native/file-digest.ts';
import type { JsonLineProcess } from '../../core/host/json-line-process.ts';
import { precompiled, startWasmHost } from '../native/wasm-host.ts';

/**
 * What is in an image for a Wasm workload. `module`: the `.wasm` alone, platform linux · `precompiled`: its `.cwasm` alone (docs/shim.md) · `platform`: the `.wasm` alone, platform wasi/wasm · `runner`, `runner-precompiled`: a static wasmtime command line in a layer
 * of its own, and the module (or only its `.cwasm`).
 */
export type ImageForm = 'module' | 'precompiled' | 'platform' | 'runner' | 'runner-precompiled';

const MODULE = '/workload.wasm';
const PRECOMPILED = '/workload.cwasm';
const RUNNER = '/wasm-run';
/** settings of the shim’s and the runner’s engine; a `.cwasm` for others is refused */
const ENGINE = { allocator: 'on-demand', cow: true } as const;

/** @throws BenchError `artifact-missing`, or the wasm host's own code where a module cannot be compiled */
export async function moduleImage(context: RunContext, form: ImageForm, workload: Workload): Promise<ImageSource> {
  const wasm = workload.artifacts.wasm;
  if (wasm === undefined) throw new BenchError({ code: 'artifact-missing', message: `workload ${workload.id} has no .wasm` });
  const program = async (path: string, from: string): Promise<ImageFile> => ({ path, mode: 0o755, content: await readArtifact(from) });
  await readModule(wasm);
  const module = async (): Promise<ImageFile> => program(MODULE, wasm);
  const compiled = async (): Promise<ImageFile> => program(PRECOMPILED, await compile(context, wasm));
  const runner = async (): Promise<ImageFile> => program(RUNNER, runnerPath(context));
  const forms: Readonly<Record<ImageForm, () => Promise<Pick<ImageSource, 'layers' | 'config'>>>> = {
    module: async () => ({ layers: [[await module()]], config: { entrypoint: [MODULE] } }),
    platform: async () => ({
      layers: [[await module()]],
      config: { entrypoint: [MODULE], platform: { os: 'wasi', architecture: 'wasm' } },
    }),
    precompiled: async () => ({ layers: [[await compiled()]], config: { entrypoint: [PRECOMPILED] } }),
    runner: async () => ({ layers: [[await runner()], [await module()]], config: { entrypoint: [RUNNER, MODULE] } }),
    'runner-precompiled': async () => ({ layers: [[await runner()], [await compiled()]], config: { entrypoint: [RUNNER, PRECOMPILED] } }),
  };
  return { workload: workload.id, packaging: form, ...(await forms[form]()) };
}

async function compile(context: RunContext, wasm: string): Promise<string> {
  let host: JsonLineProcess | undefined;
  try {
    return await precompiled(context, { wasm, engine: ENGINE, host: async () => (host ??= await startWasmHost(context)) });
  } finally {
    await host?.[Symbol.asyncDispose]();
  }
}

function runnerPath({ toolbox: { wasmRun } }: RunContext): string {
  if (isFound(wasmRun)) return wasmRun.path;
  throw new BenchError({ code: 'artifact-missing', message: wasmRun.missing, remedy: wasmRun.remedy });
}
