import { BenchError } from '../../core/model/error.ts';
import type { Workload } from '../../core/model/workload.ts';
import type { ImageSource } from '../docker/images.ts';
import { PROGRAM_PATH } from '../docker/oci-archive.ts';
import { readArtifact } from '../native/file-digest.ts';
import type { ContainerdKind } from './variants.ts';

/** What is in the image of a variant: the same bytes under the same name as at the Docker rung. @throws BenchError `artifact-missing` */
export async function imageSource({ form }: ContainerdKind, workload: Workload): Promise<ImageSource> {
  const { binary, wasm } = workload.artifacts;
  const path = form === 'scratch' ? binary : wasm;
  const inside = form === 'scratch' ? PROGRAM_PATH : '/workload.wasm';
  if (path === undefined) throw new BenchError({ code: 'artifact-missing', message: `workload ${workload.id} has no artifact for this` });
  const program = { path: inside, mode: 0o755, content: await readArtifact(path) };
  return { workload: workload.id, packaging: form, layers: [[program]], config: { entrypoint: [inside] } };
}
