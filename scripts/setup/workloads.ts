import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tool } from '../../core/model/context.ts';
import { readGuestManifest } from '../../scenarios/workloads.ts';
import { BUNDLE_SUITE, findBundle, makeBundle } from './debian-bundle.ts';
import { buildGuests, readGuestSources } from './guest-build.ts';
import { bundleToolchain, GUEST_PACKAGES, type GuestToolchain, hostToolchain } from './guest-toolchain.ts';
import { inRootObstacle } from './in-root.ts';
import { readOsRelease } from './os-release.ts';
import { publishFolder } from './publish.ts';
import { setupCommand, type Step, type StepContext } from './step.ts';

function request(cacheDir: string) {
  return { name: 'guest-toolchain', suite: BUNDLE_SUITE, packages: GUEST_PACKAGES, cacheDir };
}

/** The compiler of both sides of the comparison: Debian 13's, in a folder, unless the host's own has the Wasm targets. */
export const guestToolchainStep: Step = {
  id: 'guest-toolchain',
  title: 'Guest toolchain',
  why: 'one Rust compiler for native and Wasm: Debian 13’s rustc 1.85, unpacked into the cache (1.3 GB)',
  needs: [],
  purposes: ['bench', 'test', 'self-bench'],
  serves: [],
  lane: 'light',
  check: async ({ cacheDir }) => {
    const bundle = await findBundle(request(cacheDir));
    if (bundle) return { path: bundle.root, version: bundle.versions['rustc'] ?? '' };
    const built = await findGuests(cacheDir);
    if ('path' in built) return built;
    return { missing: 'no compiler for the workloads', remedy: setupCommand('guest-toolchain') };
  },
  obstacle: async () => {
    const os = await readOsRelease();
    if (os.debianLike) return undefined;
    return { reason: `${os.prettyName} is neither Debian nor Ubuntu`, remedy: 'rustup target add wasm32-wasip1 wasm32-unknown-unknown' };
  },
  async make({ cacheDir, signal, logPath, progress }) {
    await makeBundle(request(cacheDir), { signal, logPath, progress });
  },
};

/** Folder with one `<workload>/{native,module.wasm}` per built-in workload, built from the sources of this clone. */
export async function findGuests(cacheDir: string): Promise<Tool> {
  const folder = await guestsFolder(cacheDir);
  try {
    const { toolchain } = await readGuestManifest(folder);
    return { path: folder, version: toolchain.rustc };
  } catch {
    return { missing: 'the workloads are not built from these sources', remedy: setupCommand('workloads') };
  }
}

export const workloadsStep: Step = {
  id: 'workloads',
  title: 'Workloads',
  why: 'the programs that are measured, as static binaries and as .wasm',
  needs: ['guest-toolchain'],
  purposes: ['bench', 'test', 'self-bench'],
  serves: [],
  lane: 'light',
  check: async ({ cacheDir }) => findGuests(cacheDir),
  obstacle: async (context) => {
    const call = { signal: new AbortController().signal, logPath: join(context.cacheDir, 'logs', 'workloads.log') };
    if (!('missing' in (await hostToolchain(call)))) return undefined;
    const obstacle = await inRootObstacle(call);
    return obstacle ? { reason: obstacle.message, remedy: obstacle.remedy ?? '' } : undefined;
  },
  async make({ cacheDir, signal, logPath, progress }) {
    const call = { signal, logPath, onLine: progress };
    const toolchain = await chooseToolchain({ cacheDir }, call);
    await mkdir(join(cacheDir, 'guests'), { recursive: true });
    await publishFolder(await guestsFolder(cacheDir), async (temporary) => {
      const workDir = await mkdtemp(join(cacheDir, 'guests', '.tmp-build-'));
      try {
        await buildGuests({ call, toolchain, sources: await readGuestSources(), workDir, into: temporary });
      } finally {
        await rm(workDir, { recursive: true, force: true });
      }
    });
  },
};

/** The host's own compiler where it can build the workloads, else the one in the cache. */
export async function chooseToolchain({ cacheDir }: StepContext, call: Parameters<typeof hostToolchain>[0]): Promise<GuestToolchain> {
  const host = await hostToolchain(call);
  if (!('missing' in host)) return host;
  const bundle = await makeBundle(request(cacheDir), call);
  return bundleToolchain(bundle.root, call);
}

/** Named after what the output depends on: sources and recipe, and which compiler. */
async function guestsFolder(cacheDir: string): Promise<string> {
  const { sha256 } = await readGuestSources();
  const bundle = await findBundle(request(cacheDir));
  const key = createHash('sha256')
    .update(`${sha256} ${bundle?.hash ?? 'host'}`)
    .digest('hex')
    .slice(0, 16);
  return join(cacheDir, 'guests', key);
}
