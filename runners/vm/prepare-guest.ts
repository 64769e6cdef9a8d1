import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type Found, isFound, type RunContext, type Tool } from '../../core/model/context.ts';
import { BenchError } from '../../core/model/error.ts';
import type { Workload } from '../../core/model/workload.ts';
import { fileDigest } from '../native/file-digest.ts';
import type { Artifact } from '../runner.ts';
import { readGuestProgram } from './elf.ts';
import { type Initramfs, keepInitramfs } from './initramfs.ts';
import { GUEST_CPUS, GUEST_RAM_MIB } from './qemu-command.ts';

/** What every monitor boots: a kernel, and the workload in an initramfs. */
export interface PreparedGuest {
  readonly kernel: string;
  readonly run: Initramfs;
  /** absent: the workload cannot be held */
  readonly hold: Initramfs | undefined;
  /** of kernel and initramfs */
  readonly digest: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly artifacts: readonly Artifact[];
}

/** @throws BenchError `artifact-missing`, and what `readGuestProgram` refuses */
export async function prepareGuest(
  { cacheDir, toolbox }: RunContext,
  kernelTool: Tool,
  workload: Workload,
  serial: boolean,
): Promise<PreparedGuest> {
  const path = workload.artifacts.binary;
  if (path === undefined) throw new BenchError({ code: 'artifact-missing', message: `workload ${workload.id} has no binary` });
  const program = await readGuestProgram(path);
  const kernel = found(kernelTool);
  const vmInit = found(toolbox.vmInit);
  const contents = { init: await readFile(vmInit.path), program, workload, serial };
  const run = await keepInitramfs(cacheDir, contents);
  const hold = workload.holdArgs === undefined || serial ? undefined : await keepInitramfs(cacheDir, { ...contents, held: true });
  const kernelDigest = await fileDigest(kernel.path);
  return {
    kernel: kernel.path,
    run,
    hold,
    digest: `sha256:${createHash('sha256').update(`${kernelDigest} ${run.sha256}`).digest('hex')}`,
    versions: {
      ...workload.versions,
      kernel: kernel.version,
      kernel_digest: kernelDigest,
      initramfs_digest: `sha256:${run.sha256}`,
      vm_init: vmInit.version,
      guest: `${GUEST_CPUS} vCPU, ${GUEST_RAM_MIB} MiB`,
    },
    artifacts: [
      { form: 'file', kind: 'kernel', path: kernel.path },
      { form: 'file', kind: 'initrd', path: run.path },
    ],
  };
}

function found(tool: Tool): Found {
  if (isFound(tool)) return tool;
  throw new BenchError({ code: 'artifact-missing', message: tool.missing, remedy: tool.remedy });
}
