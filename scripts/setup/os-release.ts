import { readFile } from 'node:fs/promises';

export interface OsRelease {
  readonly id: string;
  readonly codename: string | undefined;
  readonly prettyName: string;
  /** whether its packages are Debian packages installed by apt */
  readonly debianLike: boolean;
}

/** Parses os-release(5): shell-like assignments, values optionally quoted. */
export function parseOsRelease(text: string): OsRelease {
  const fields = new Map<string, string>();
  for (const [, name, value] of text.matchAll(/^([A-Z_0-9]+)=(.*)$/gm)) fields.set(name ?? '', unquote(value ?? ''));
  const id = fields.get('ID') ?? 'linux';
  const family = [id, ...(fields.get('ID_LIKE') ?? '').split(' ')];
  return {
    id,
    codename: fields.get('VERSION_CODENAME'),
    prettyName: fields.get('PRETTY_NAME') ?? id,
    debianLike: family.includes('debian') || family.includes('ubuntu'),
  };
}

/** This host's; a host without the file is an unknown Linux. */
export async function readOsRelease(): Promise<OsRelease> {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => readFile('/usr/lib/os-release', 'utf8').catch(() => ''));
  return parseOsRelease(text);
}

/** Debian release whose packages run with this host's C library: the host's own. `fallback` for what is no Debian. */
export async function hostSuite(fallback: string): Promise<string> {
  const { id, codename } = await readOsRelease();
  return id === 'debian' && codename !== undefined ? codename : fallback;
}

function unquote(value: string): string {
  const inner = /^(["'])(.*)\1$/.exec(value.trim())?.[2] ?? value.trim();
  return inner.replaceAll(/\\(["'$`\\])/g, '$1');
}
