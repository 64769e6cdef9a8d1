import { access, mkdir, rm } from 'node:fs/promises';
import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { NO_MOUNT_TABLE } from '../../core/host/no-mount-table.ts';
import type { Tool } from '../../core/model/context.ts';
import { BUNDLE_SUITE, openPrivateApt } from './debian-bundle.ts';
import { debianRootObstacle } from './engine.ts';
import { publishFolder } from './publish.ts';
import { runLogged } from './run-logged.ts';
import { setupCommand, type Step } from './step.ts';

/** Every file's time in the base: 13.0's release day. mmdebstrap clamps to it and sorts, so the same packages give the same bytes. */
const SOURCE_DATE_EPOCH = '1754697600';
/** Part of the name, so that a change of the recipe makes a new base. */
const RECIPE = '1';

const REMOVED = [
  'var/lib/apt/lists/*',
  'var/cache/apt/*',
  'var/cache/debconf/*-old',
  'var/log/*.log',
  'var/log/apt',
  'etc/hostname',
  'etc/resolv.conf',
  'etc/machine-id',
  'etc/apt/sources.list',
];
const EXCLUDED = ['/usr/share/doc/*', '/usr/share/man/*', '/usr/share/locale/*', '/usr/share/info/*'];

function baseFolder(cacheDir: string): string {
  return join(cacheDir, 'debian-base', `${BUNDLE_SUITE}-${RECIPE}`);
}

/** Root file system of the Debian base image, as a gzipped tar. */
export async function findDebianBase(cacheDir: string): Promise<Tool> {
  const path = join(baseFolder(cacheDir), 'rootfs.tar.gz');
  return access(path).then(
    (): Tool => ({ path, version: `Debian ${BUNDLE_SUITE}, minbase` }),
    (): Tool => ({ missing: 'the Debian base image is not made', remedy: setupCommand('debian-base') }),
  );
}

export const debianBaseStep: Step = {
  id: 'debian-base',
  title: 'Debian base image',
  why: 'the “debian” packaging of every workload: a minimal Debian 13 made here by mmdebstrap, 80 MB',
  needs: [],
  purposes: ['bench', 'test', 'self-bench'],
  serves: ['container'],
  lane: 'light',
  check: async ({ cacheDir }) => findDebianBase(cacheDir),
  obstacle: debianRootObstacle,
  async make({ cacheDir, signal, logPath, progress }) {
    const apt = await openPrivateApt(BUNDLE_SUITE, cacheDir, { signal, logPath, progress });
    await publishFolder(baseFolder(cacheDir), async (temporary) => {
      const tools = join(temporary, 'tools');
      await mkdir(tools);
      await apt.unpack({ signal, logPath }, 'mmdebstrap', tools);
      const work = join(temporary, 'work');
      await mkdir(work);
      const remove = `cd "$1" && rm -rf ${REMOVED.join(' ')} && : > etc/machine-id`;
      const options = [
        '--mode=root',
        '--variant=minbase',
        ...EXCLUDED.map((path) => `--dpkgopt=path-exclude=${path}`),
        `--customize-hook=${remove}`,
      ];
      const tar = join(temporary, 'rootfs.tar');
      await runLogged({
        argv: ['perl', join(tools, 'usr/bin/mmdebstrap'), ...options, BUNDLE_SUITE, tar, apt.sourceLine],
        env: {
          ...process.env,
          ...NO_MOUNT_TABLE,
          SOURCE_DATE_EPOCH,
          TMPDIR: work,
          PATH: `${join(tools, 'usr/bin')}:${process.env['PATH'] ?? ''}`,
        },
        signal,
        logPath,
        onLine: progress,
      });
      await pipeline(createReadStream(tar), createGzip({ level: 6 }), createWriteStream(join(temporary, 'rootfs.tar.gz')));
      for (const left of [tar, work, tools]) await rm(left, { recursive: true, force: true });
    });
  },
};
