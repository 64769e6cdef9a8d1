import type { RunContext } from '../../core/model/context.ts';
import type { Workload } from '../../core/model/workload.ts';
import type { Artifact, Variant } from '../runner.ts';
import type { EngineApi } from './engine-api.ts';
import type { ReadyImage } from './images.ts';

/** What one variant asks of the engine: everything in which containers of different technologies differ. */
export interface Recipe {
  /** OCI runtime or shim, by its usual name; the engine may have registered it under an alias (runtime-names.ts) */
  readonly runtime: string;
  /** who does the work behind the engine’s start call */
  readonly startLayer: 'oci-runtime' | 'shim';
  readonly network: 'bridge' | 'none';
  /** the image to run: made, found in the cache, or the user’s own */
  image(context: RunContext, api: EngineApi, workload: Workload): Promise<ReadyImage>;
  /** annotations of the create call (Engine API ≥ 1.43), by which an OCI runtime is told that the program is Wasm */
  readonly annotations?: Readonly<Record<string, string>>;
  /** files of the runtime itself, weighed apart from the image */
  runtimeFiles(context: RunContext): Promise<readonly Artifact[]>;
  /** further versions for the record */
  versions(context: RunContext): Promise<Readonly<Record<string, string>>>;
}

export type RecipeOf = (variant: Variant) => Recipe;
