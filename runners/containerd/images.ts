import type { RunContext } from '../../core/model/context.ts';
import { BenchError } from '../../core/model/error.ts';
import type { Workload } from '../../core/model/workload.ts';
import { moduleImage } from '../docker-wasm/module-image.ts';
import type { ImageSource } from '../docker/images.ts';
import { PROGRAM_PATH } from '../docker/oci-archive.ts';
import { readProgram } from '../native/artifact-kind.ts';
import type { ContainerdKind } from './variants.ts';

/** What is in the image of a variant: the same bytes under the same name as at the Docker rung. @throws BenchError `artifact-missing` and others of artifact-kind.ts */
export async function imageSource(context: RunContext, { form }: ContainerdKind, workload: Workload): Promise<ImageSource> {
  if (form !== 'scratch') return moduleImage(context, form, workload);
  const { binary } = workload.artifacts;
  if (binary === undefined) throw new BenchError({ code: 'artifact-missing', message: `workload ${workload.id} has no binary` });
  const program = { path: PROGRAM_PATH, mode: 0o755, content: await readProgram(binary) };
  return { workload: workload.id, packaging: form, layers: [[program]], config: { entrypoint: [PROGRAM_PATH] } };
}
