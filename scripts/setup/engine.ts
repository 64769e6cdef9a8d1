import { access, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tool } from '../../core/model/context.ts';
import { hostEngineAnswers } from '../../runners/engine/connect-engine.ts';
import { BUNDLE_SUITE, findBundle, makeBundle, type Bundle } from './debian-bundle.ts';
import { readOsRelease } from './os-release.ts';
import { publishFolder } from './publish.ts';
import { runLogged } from './run-logged.ts';
import { setupCommand, type Step } from './step.ts';

const PACKAGES = [
  'docker.io',
  'docker-cli',
  'containerd',
  'runc',
  'crun',
  'libwasmedge0',
  'iptables',
  'dash',
  'mount',
  'iproute2',
  'tini',
  'coreutils',
] as const;
const PROGRAMS = [
  'usr/sbin/dockerd',
  'usr/bin/containerd',
  'usr/sbin/runc',
  'usr/bin/crun',
  'usr/sbin/xtables-nft-multi',
  'usr/bin/tini',
  'usr/bin/dash',
] as const;

function request(cacheDir: string) {
  return { name: 'engine', suite: BUNDLE_SUITE, packages: PACKAGES, cacheDir };
}

function recordPath(cacheDir: string, bundle: Bundle): string {
  return join(cacheDir, 'engine-bundle', bundle.hash, 'engine.json');
}

/** `engine.json` of the private engine; missing where it was not made. */
export async function findPrivateEngine(cacheDir: string): Promise<Tool> {
  const bundle = await findBundle(request(cacheDir));
  const missing: Tool = { missing: 'no private Docker Engine is prepared', remedy: setupCommand('engine') };
  if (!bundle) return missing;
  const path = recordPath(cacheDir, bundle);
  const known = await readFile(path, 'utf8').catch(() => undefined);
  return known === undefined ? missing : { path, version: bundle.versions['docker.io'] ?? '' };
}

export const engineStep: Step = {
  id: 'engine',
  title: 'Private Docker Engine',
  why: 'no Docker Engine answers here; Debian 13’s docker.io, containerd and runc, unpacked into the cache, never installed',
  needs: [],
  purposes: ['bench', 'test', 'self-bench'],
  serves: ['container', 'docker-wasm', 'containerd', 'oci'],
  lane: 'light',
  check: async ({ cacheDir }) => {
    const host = await hostEngineAnswers();
    return host === undefined ? findPrivateEngine(cacheDir) : { path: host, version: 'the host’s own' };
  },
  obstacle: debianRootObstacle,
  async make({ cacheDir, signal, logPath, progress }) {
    const bundle = await makeBundle(request(cacheDir), { signal, logPath, progress });
    for (const program of PROGRAMS) await access(join(bundle.root, program));
    const loader = join(bundle.root, 'usr/lib64/ld-linux-x86-64.so.2');
    const libraries = join(bundle.root, 'usr/lib/x86_64-linux-gnu');
    await runLogged({ argv: [loader, '--library-path', libraries, join(bundle.root, 'usr/sbin/dockerd'), '--version'], signal, logPath });
    const path = recordPath(cacheDir, bundle);
    await publishFolder(join(path, '..'), async (temporary) => {
      await writeFile(
        join(temporary, 'engine.json'),
        `${JSON.stringify({ root: bundle.root, versions: bundle.versions }, undefined, 2)}\n`,
      );
    });
  },
};

/** Steps that unpack Debian packages and enter them as root. */
export async function debianRootObstacle(): Promise<{ readonly reason: string; readonly remedy: string } | undefined> {
  const os = await readOsRelease();
  if (!os.debianLike)
    return { reason: `${os.prettyName} is neither Debian nor Ubuntu`, remedy: 'install Docker Engine; thirdwave uses it as it is' };
  if (process.getuid?.() === 0) return undefined;
  return {
    reason: 'not root: a private engine needs namespaces and mounts',
    remedy: 'run as root (sudo -E npm run bench), or install Docker Engine and join its group',
  };
}
