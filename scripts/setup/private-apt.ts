import { access, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BenchError, messageOf } from '../../core/model/error.ts';
import { type Archive, baseArchive, parseDeb822Sources, parseOneLineSources, transportSettings } from './apt-sources.ts';
import { readOsRelease } from './os-release.ts';
import { runLogged } from './run-logged.ts';

const LISTS_FRESH_MS = 24 * 3600 * 1000;
const KEYRINGS = ['/usr/share/keyrings/debian-archive-keyring.gpg', '/usr/share/keyrings/debian-archive-keyring.pgp'];
/** names a Debian mirror where the host's apt configuration has none (Ubuntu) */
const MIRROR_VARIABLE = 'THIRDWAVE_DEBIAN_MIRROR';

export interface AptCall {
  readonly signal: AbortSignal;
  readonly logPath: string;
  readonly progress?: (line: string) => void;
}

/**
 * An apt of our own: it believes that no package is installed, and keeps everything it writes in one folder of the cache. Mirror, keyring, proxy and
 * credentials are the host's; none of the host's hooks run, none of its lists, caches or package states are touched. Root is not needed.
 */
export class PrivateApt {
  readonly suite: string;
  /** the one line of its sources.list */
  readonly sourceLine: string;
  readonly #folder: string;

  private constructor(suite: string, folder: string, sourceLine: string) {
    this.suite = suite;
    this.#folder = folder;
    this.sourceLine = sourceLine;
  }

  /** @throws BenchError `no-debian-archive` with a remedy where the host's configuration names none */
  static async open(suite: string, cacheDir: string, call: AptCall, keyring?: string): Promise<PrivateApt> {
    const archive = await hostArchive();
    const folder = join(cacheDir, 'apt', suite);
    await mkdir(join(folder, 'lists', 'partial'), { recursive: true });
    await mkdir(join(folder, 'log'), { recursive: true });
    const dump = await runLogged({ ...plain(call), argv: ['apt-config', 'dump'] });
    const signedBy = keyring ?? archive.keyring ?? (await firstReadable(KEYRINGS));
    const option = signedBy === undefined ? '' : ` [signed-by=${signedBy}]`;
    await writeFile(join(folder, 'status'), '');
    const sourceLine = `deb${option} ${archive.uri} ${suite} main`;
    await writeFile(join(folder, 'sources.list'), `${sourceLine}\n`);
    await writeFile(join(folder, 'apt.conf'), configuration(folder, transportSettings(dump)));
    return new PrivateApt(suite, folder, sourceLine);
  }

  /** Folder for the downloads of one bundle; kept when interrupted, so that the next attempt goes on. */
  archives(name: string): string {
    return join(this.#folder, `archives-${name}`);
  }

  /** Fetches the package lists when they are older than a day, or in any case when forced. @throws BenchError `command-failed` */
  async update(call: AptCall, force: boolean): Promise<void> {
    const stamp = join(this.#folder, 'updated');
    const age = await stat(stamp).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => Number.POSITIVE_INFINITY,
    );
    const sources = await readFile(join(this.#folder, 'sources.list'), 'utf8');
    const same = (await readFile(stamp, 'utf8').catch(() => '')) === sources;
    if (!force && same && age >= 0 && age < LISTS_FRESH_MS) return;
    await this.run(call, ['update', '--error-on=any']);
    await writeFile(stamp, sources);
  }

  /** Unpacks one package without what it depends on, for a program whose needs the host has. */
  async unpack(call: AptCall, name: string, folder: string): Promise<void> {
    await this.run(call, ['download', name], undefined, folder);
    const [file = ''] = (await readdir(folder)).filter((entry) => entry.endsWith('.deb'));
    await runLogged({ ...plain(call), argv: ['dpkg-deb', '--extract', join(folder, file), folder] });
  }

  /** Runs apt-get with the private configuration. @returns its standard output */
  async run(call: AptCall, args: readonly string[], archives?: string, cwd?: string): Promise<string> {
    const place = archives === undefined ? [] : ['-o', `Dir::Cache::archives=${archives}`];
    return runLogged({
      ...plain(call),
      ...(cwd === undefined ? {} : { cwd }),
      argv: ['apt-get', ...place, ...args],
      env: { ...process.env, APT_CONFIG: join(this.#folder, 'apt.conf'), LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
      ...(call.progress ? { onLine: call.progress } : {}),
    });
  }
}

/** The archive the host gets Debian packages from. @throws BenchError `no-debian-archive` */
export async function hostArchive(): Promise<Archive> {
  const { [MIRROR_VARIABLE]: mirror } = process.env;
  const { id, codename, prettyName } = await readOsRelease();
  if (mirror !== undefined && mirror !== '') return { uri: mirror, suite: '', components: ['main'], keyring: undefined };
  const found = id === 'debian' && codename !== undefined ? baseArchive(await configuredArchives(), codename) : undefined;
  if (found) return found;
  throw new BenchError({
    code: 'no-debian-archive',
    message: `the apt configuration of this host (${prettyName}) names no Debian archive`,
    remedy: `apt-get install debian-archive-keyring, then set ${MIRROR_VARIABLE} to the URI of a Debian mirror`,
  });
}

async function configuredArchives(): Promise<readonly Archive[]> {
  const parts = '/etc/apt/sources.list.d';
  const names = await readdir(parts).catch(() => []);
  const read = async (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');
  const ofKind = async (ending: string): Promise<string> => {
    const texts = await Promise.all(names.filter((name) => name.endsWith(ending)).map((name) => read(join(parts, name))));
    return texts.join('\n\n');
  };
  const oneLine = [await read('/etc/apt/sources.list'), await ofKind('.list')].join('\n');
  return [...parseDeb822Sources(await ofKind('.sources')), ...parseOneLineSources(oneLine)];
}

/**
 * Everything apt would write, moved below `folder`. `APT_CONFIG` is read first, so the host's own fragments, with their hooks, are switched off and
 * only its transport settings are taken over. Downloads run as the calling user: the `_apt` user cannot enter a private home folder.
 */
function configuration(folder: string, transport: readonly string[]): string {
  const settings: Readonly<Record<string, string>> = {
    'Dir::State': folder,
    'Dir::State::lists': join(folder, 'lists'),
    'Dir::State::status': join(folder, 'status'),
    'Dir::State::extended_states': join(folder, 'extended_states'),
    'Dir::Cache': folder,
    'Dir::Cache::pkgcache': join(folder, 'pkgcache.bin'),
    'Dir::Cache::srcpkgcache': join(folder, 'srcpkgcache.bin'),
    'Dir::Log': join(folder, 'log'),
    'Dir::Etc::main': '/dev/null',
    'Dir::Etc::parts': '/dev/null',
    'Dir::Etc::sourcelist': join(folder, 'sources.list'),
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::Etc::preferences': '/dev/null',
    'Dir::Etc::preferencesparts': '/dev/null',
    'APT::Sandbox::User': '',
    'APT::Install-Recommends': 'false',
    'APT::Install-Suggests': 'false',
    'APT::Keep-Downloaded-Packages': 'true',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '3',
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} "${value}";`);
  return `${[...lines, ...transport].join('\n')}\n`;
}

async function firstReadable(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths)
    if (
      await access(path).then(
        () => true,
        () => false,
      )
    )
      return path;
  return undefined;
}

function plain({ signal, logPath }: AptCall): { signal: AbortSignal; logPath: string } {
  return { signal, logPath };
}

/** Whether an apt failure says that the archive is signed by a key the keyring does not have. */
export function isUnknownKey(error: unknown): boolean {
  return /NO_PUBKEY|not signed|public key is not available|Missing key/i.test(messageOf(error));
}
