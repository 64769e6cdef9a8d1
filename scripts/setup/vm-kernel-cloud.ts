import { createHash } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Missing, Tool } from '../../core/model/context.ts';
import { BenchError } from '../../core/model/error.ts';
import { parseClosure } from './apt-sources.ts';
import { openPrivateApt } from './debian-bundle.ts';
import { publishFolder } from './publish.ts';
import { guestSuite, vmObstacle } from './qemu.ts';
import { setupCommand, type Step } from './step.ts';

/** Names the kernel of today; its own package has the version in its name. */
const META_PACKAGE = 'linux-image-cloud-amd64';
export const KERNEL_FOLDER = 'vm-kernel';

/** A guest kernel as it lies in the cache. */
export interface KernelRecord {
  /** e.g. `linux-image-6.1.0-40-cloud-amd64 6.1.176-1` */
  readonly version: string;
  /** file name beside the record */
  readonly image: string;
  /** of the image */
  readonly sha256: string;
}

/** The newest kernel in the cache whose folder begins with this word. */
export async function findKernel(cacheDir: string, kind: string, missing: Missing): Promise<Tool> {
  const folder = join(cacheDir, KERNEL_FOLDER);
  const candidates = (await readdir(folder).catch(() => [])).filter((name) => name.startsWith(`${kind}-`)).toSorted();
  for (const candidate of candidates.toReversed()) {
    const text = await readFile(join(folder, candidate, 'kernel.json'), 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    const { version, image } = JSON.parse(text) as KernelRecord;
    return { path: join(folder, candidate, image), version };
  }
  return missing;
}

/** Keeps an image and what it is under `vm-kernel/<kind>-<key>`. */
export async function publishKernel(cacheDir: string, name: string, version: string, source: string): Promise<void> {
  await publishFolder(join(cacheDir, KERNEL_FOLDER, name), async (temporary) => {
    const image = 'image';
    await copyFile(source, join(temporary, image));
    const sha256 = createHash('sha256')
      .update(await readFile(source))
      .digest('hex');
    const record: KernelRecord = { version, image, sha256 };
    await writeFile(join(temporary, 'kernel.json'), `${JSON.stringify(record, undefined, 2)}\n`);
  });
}

export async function findCloudKernel(cacheDir: string): Promise<Tool> {
  return findKernel(cacheDir, 'cloud', { missing: 'Debian’s cloud kernel is not in the cache', remedy: setupCommand('vm-kernel-cloud') });
}

export const cloudKernelStep: Step = {
  id: 'vm-kernel-cloud',
  title: 'Guest kernel',
  why: 'what virtual machines boot: the image of Debian’s linux-image-cloud-amd64, unmodified (14 MB kept)',
  needs: [],
  purposes: ['bench', 'test'],
  serves: ['vm'],
  lane: 'light',
  check: async ({ cacheDir }) => findCloudKernel(cacheDir),
  obstacle: vmObstacle,
  async make({ cacheDir, signal, logPath, progress }) {
    const call = { signal, logPath };
    const apt = await openPrivateApt(await guestSuite(), cacheDir, { ...call, progress });
    const simulate = ['install', '--yes', '--no-install-recommends', '--simulate', META_PACKAGE];
    const closure = Object.entries(parseClosure(await apt.run(call, simulate)));
    const [name, version] = closure.find(([one]) => /^linux-image-\d.*-cloud-amd64$/.test(one)) ?? [];
    if (name === undefined || version === undefined) {
      throw new BenchError({ code: 'no-kernel-package', message: `${META_PACKAGE} names no kernel package`, remedy: `see ${logPath}` });
    }
    const work = join(cacheDir, KERNEL_FOLDER, `.tmp-unpack-${process.pid}`);
    try {
      await mkdir(work, { recursive: true });
      await apt.unpack({ ...call, progress }, name, work);
      const [image = ''] = (await readdir(join(work, 'boot'))).filter((file) => file.startsWith('vmlinuz-'));
      await publishKernel(
        cacheDir,
        `cloud-${name}_${version.replaceAll(/[^\w.+~-]/g, '_')}`,
        `${name} ${version}`,
        join(work, 'boot', image),
      );
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  },
};
