import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { BenchError, messageOf } from '../../core/model/error.ts';
import { parseClosure } from './apt-sources.ts';
import { lock } from './lock.ts';
import { readOsRelease } from './os-release.ts';
import { type AptCall, isUnknownKey, PrivateApt } from './private-apt.ts';
import { publishFolder } from './publish.ts';
import { runLogged } from './run-logged.ts';

/** Debian release whose packages bundles are made of. */
export const BUNDLE_SUITE = 'trixie';

export interface BundleRequest {
  /** kebab-case, names the folder */
  readonly name: string;
  readonly suite: string;
  readonly packages: readonly string[];
  /** cache root; the bundle goes to `<cacheDir>/bundles/<name>-<hash of the closure>` */
  readonly cacheDir: string;
}

export interface Bundle {
  /** folder with the unpacked packages, root of a merged-/usr Debian system whose maintainer scripts never ran */
  readonly root: string;
  /** version of every package of the closure, by name */
  readonly versions: Readonly<Record<string, string>>;
  /** SHA-256 over `name=version` of the closure, 16 hex digits */
  readonly hash: string;
}

interface BundleRecord extends Omit<Bundle, 'root'> {
  readonly suite: string;
  readonly packages: readonly string[];
}

const RECORD = 'bundle.json';
const MERGED_USR = ['bin', 'sbin', 'lib', 'lib64'];
/** empty folders that `inRoot` mounts on, made here because a finished bundle is never written to */
const MOUNT_POINTS = ['dev', 'proc', 'sys', 'run', 'tmp', 'root', 'mnt', 'build'];

/** A finished bundle of exactly these packages, looked up without network. */
export async function findBundle({ name, suite, packages, cacheDir }: BundleRequest): Promise<Bundle | undefined> {
  const folder = join(cacheDir, 'bundles');
  const candidates = (await readdir(folder).catch(() => [])).filter((entry) => entry.startsWith(`${name}-`));
  for (const candidate of candidates) {
    const text = await readFile(join(folder, candidate, RECORD), 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    const record = JSON.parse(text) as BundleRecord;
    if (record.suite !== suite || record.packages.join(' ') !== packages.toSorted().join(' ')) continue;
    return { root: join(folder, candidate), versions: record.versions, hash: record.hash };
  }
  return undefined;
}

/**
 * Unpacks Debian packages and everything they depend on, as if nothing were installed, into one folder of the cache; maintainer scripts do not
 * run and nothing outside the cache changes. apt checks the archive's signature and every package's digest.
 * @throws BenchError `no-debian-archive`, `command-missing` (no apt), `command-failed` with apt's own words
 */
export async function makeBundle(request: BundleRequest, call: AptCall): Promise<Bundle> {
  const present = await findBundle(request);
  if (present) return present;
  const { name, suite, cacheDir } = request;
  const packages = request.packages.toSorted();
  const { versions, archives } = await downloadClosure({ ...request, packages }, call);
  const list = Object.entries(versions).map(([one, version]) => `${one}=${version}`);
  const hash = createHash('sha256').update(list.join('\n')).digest('hex').slice(0, 16);
  const root = join(cacheDir, 'bundles', `${name}-${hash}`);
  await publishFolder(root, async (temporary) => {
    await makeSkeleton(temporary);
    await unpackAll(archives, temporary, call);
    const record: BundleRecord = { suite, packages, versions, hash };
    await writeFile(join(temporary, RECORD), `${JSON.stringify(record, undefined, 2)}\n`);
  });
  await rm(archives, { recursive: true, force: true });
  return { root, versions, hash };
}

/** Resolves and downloads under the suite's lock: two bundles share one set of package lists. */
async function downloadClosure(request: BundleRequest, call: AptCall): Promise<{ versions: Bundle['versions']; archives: string }> {
  const { name, suite, cacheDir, packages } = request;
  const wait = () => call.progress?.(`waiting for another download of ${suite} packages`);
  await using _held = await lock(join(cacheDir, 'apt', `${suite}.lock`), call.signal, wait);
  const apt = await openUpdated(suite, cacheDir, call);
  const archives = apt.archives(name);
  await mkdir(join(archives, 'partial'), { recursive: true });
  const download = async (): Promise<Bundle['versions']> => {
    const install = ['install', '--yes', '--no-install-recommends'];
    const versions = parseClosure(await apt.run(withoutProgress(call), [...install, '--simulate', ...packages]));
    await removeOthers(archives, versions);
    await apt.run(call, [...install, '--download-only', ...packages], archives);
    return versions;
  };
  try {
    return { versions: await download(), archives };
  } catch (error) {
    call.signal.throwIfAborted();
    // A list of yesterday may name packages that the archive has replaced since.
    if (!/404|Hash Sum mismatch|Size mismatch|Unable to locate/i.test(messageOf(error))) throw error;
    await apt.update(call, true);
    return { versions: await download(), archives };
  }
}

/** The suite's private apt, its lists brought up to date under the suite's lock: steps that run at once share one set of lists. */
export async function openPrivateApt(suite: string, cacheDir: string, call: AptCall): Promise<PrivateApt> {
  const wait = () => call.progress?.(`waiting for another download of ${suite} packages`);
  await using _held = await lock(join(cacheDir, 'apt', `${suite}.lock`), call.signal, wait);
  return await openUpdated(suite, cacheDir, call);
}

/** The suite's private apt with fresh lists; a keyring too old for the suite is completed from the host's own release. */
async function openUpdated(suite: string, cacheDir: string, call: AptCall): Promise<PrivateApt> {
  const apt = await PrivateApt.open(suite, cacheDir, call);
  try {
    await apt.update(call, false);
    return apt;
  } catch (error) {
    call.signal.throwIfAborted();
    const { codename } = await readOsRelease();
    if (!isUnknownKey(error) || codename === undefined || codename === suite) throw error;
    const keyring = await newerKeyring(codename, cacheDir, call, error);
    const again = await PrivateApt.open(suite, cacheDir, call, keyring);
    await again.update(call, true);
    return again;
  }
}

/** The host's release as of today ships the keys of later releases; the chain of trust starts at the host's own keyring. */
async function newerKeyring(codename: string, cacheDir: string, call: AptCall, cause: unknown): Promise<string> {
  const { root } = await makeBundle({ name: 'keyring', suite: codename, packages: ['debian-archive-keyring'], cacheDir }, call);
  const folder = join(root, 'usr', 'share', 'keyrings');
  const names = await readdir(folder);
  const keyring = names.find((one) => /^debian-archive-keyring\.(gpg|pgp)$/.test(one));
  if (keyring !== undefined) return join(folder, keyring);
  throw new BenchError({
    code: 'keyring-too-old',
    message: `the archive is signed by a key this host does not know: ${messageOf(cause)}`,
    remedy: 'apt-get install --only-upgrade debian-archive-keyring',
    cause,
  });
}

/** Packages an earlier, interrupted attempt downloaded that are no part of the closure any more. */
async function removeOthers(archives: string, versions: Bundle['versions']): Promise<void> {
  for (const file of await readdir(archives)) {
    const [name = '', version = ''] = file.split('_');
    if (file.endsWith('.deb') && versions[name] !== decodeURIComponent(version)) await rm(join(archives, file));
  }
}

async function makeSkeleton(root: string): Promise<void> {
  for (const name of MERGED_USR) {
    await mkdir(join(root, 'usr', name), { recursive: true });
    await symlink(`usr/${name}`, join(root, name));
  }
  for (const name of MOUNT_POINTS) await mkdir(join(root, name), { recursive: true });
}

async function unpackAll(archives: string, root: string, call: AptCall): Promise<void> {
  const files = (await readdir(archives)).filter((file) => file.endsWith('.deb')).toSorted();
  const queue = [...files];
  const worker = async (): Promise<void> => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      call.progress?.(`unpacking ${files.length - queue.length}/${files.length} ${file}`);
      const { signal, logPath } = call;
      await runLogged({ argv: ['dpkg-deb', '--extract', join(archives, file), root], signal, logPath });
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), 4) }, worker));
}

function withoutProgress({ signal, logPath }: AptCall): AptCall {
  return { signal, logPath };
}
