import { access, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { onPath } from '../../core/host/on-path.ts';
import type { Tool } from '../../core/model/context.ts';
import { BUNDLE_SUITE, findBundle, makeBundle } from './debian-bundle.ts';
import { hostSuite } from './os-release.ts';
import { publishFolder } from './publish.ts';
import { runLogged } from './run-logged.ts';
import { setupCommand, type Step } from './step.ts';

/** What tests and self-benchmarks use and measuring does not. */
export interface TestTools {
  readonly hyperfine: Tool;
  readonly chromium: Tool;
  readonly node22: Tool;
  readonly node24: Tool;
}

export async function readTestTools(cacheDir: string): Promise<TestTools> {
  const context = { cacheDir };
  const [hyperfine, chromium, node22, node24] = await Promise.all(testToolSteps.map((step) => step.check(context)));
  const never: Tool = { missing: 'not looked for', remedy: '' };
  return { hyperfine: hyperfine ?? never, chromium: chromium ?? never, node22: node22 ?? never, node24: node24 ?? never };
}

/** Debian release that hyperfine is taken from: the host's own, so that it runs with the host's libc. */
async function hyperfineRequest(cacheDir: string) {
  return { name: 'hyperfine', suite: await hostSuite(BUNDLE_SUITE), packages: ['hyperfine'], cacheDir };
}

const hyperfineStep: Step = {
  id: 'hyperfine',
  title: 'hyperfine',
  why: 'the reference that the suite’s own overhead is compared with',
  needs: [],
  purposes: ['test', 'self-bench'],
  serves: [],
  lane: 'light',
  check: async ({ cacheDir }) => {
    const bundle = await findBundle(await hyperfineRequest(cacheDir));
    const found = await onPath('hyperfine');
    if (bundle) return { path: join(bundle.root, 'usr', 'bin', 'hyperfine'), version: bundle.versions['hyperfine'] ?? '' };
    if (found !== undefined) return { path: found, version: 'the host’s own' };
    return { missing: 'hyperfine is not here', remedy: setupCommand('hyperfine') };
  },
  async make({ cacheDir, signal, logPath, progress }) {
    await makeBundle(await hyperfineRequest(cacheDir), { signal, logPath, progress });
  },
};

const CHROMIUM_PACKAGES = ['chromium', 'fonts-dejavu-core'] as const;

const chromiumStep: Step = {
  id: 'chromium',
  title: 'Chromium',
  why: 'opens the HTML report in its tests',
  needs: [],
  purposes: ['test'],
  serves: [],
  lane: 'light',
  aptPackages: CHROMIUM_PACKAGES,
  check: async () => {
    const found = (await onPath('chromium')) ?? (await onPath('chromium-browser')) ?? (await onPath('google-chrome'));
    if (found !== undefined) return { path: found, version: 'the host’s own' };
    return { missing: 'no Chromium is installed', remedy: `apt-get install ${CHROMIUM_PACKAGES.join(' ')}` };
  },
  async make({ signal, logPath, progress }) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const run = async (...argv: [string, ...string[]]): Promise<unknown> => runLogged({ argv, env, signal, logPath, onLine: progress });
    await run('apt-get', 'update');
    await run('apt-get', 'install', '--yes', '--no-install-recommends', ...CHROMIUM_PACKAGES);
  },
};

/** Pinned: the pure tests must pass on these lines too. The npm registry carries Node's own binaries as packages. */
const NODE_VERSIONS = { 22: '22.23.3', 24: '24.9.0' } as const;

function nodeStep(line: keyof typeof NODE_VERSIONS): Step {
  const version = NODE_VERSIONS[line];
  const name = `node-${process.platform}-${process.arch}`;
  const folder = (cacheDir: string): string => join(cacheDir, 'node', version);
  const binary = (cacheDir: string): string => join(folder(cacheDir), 'node_modules', name, 'bin', 'node');
  return {
    id: `node-${line}`,
    title: `Node ${line}`,
    why: 'the pure tests pass there as well',
    needs: [],
    purposes: ['test'],
    serves: [],
    lane: 'light',
    check: async ({ cacheDir }) =>
      access(binary(cacheDir)).then(
        (): Tool => ({ path: binary(cacheDir), version }),
        (): Tool => ({ missing: `Node ${version} is not in the cache`, remedy: setupCommand(`node-${line}`) }),
      ),
    async make({ cacheDir, signal, logPath, progress }) {
      await mkdir(join(cacheDir, 'node'), { recursive: true });
      await publishFolder(folder(cacheDir), async (temporary) => {
        const options = ['--prefix', temporary, '--no-save', '--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts'];
        await runLogged({ argv: ['npm', 'install', ...options, `${name}@${version}`], cwd: temporary, signal, logPath, onLine: progress });
        await runLogged({ argv: [join(temporary, 'node_modules', name, 'bin', 'node'), '--version'], signal, logPath });
      });
    },
  };
}

export const testToolSteps: readonly Step[] = [hyperfineStep, chromiumStep, nodeStep(22), nodeStep(24)];
