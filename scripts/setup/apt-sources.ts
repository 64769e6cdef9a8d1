/** A package archive as the host's apt is configured to use it. */
export interface Archive {
  /** base URI, e.g. of the mirror's `debian` folder */
  readonly uri: string;
  readonly suite: string;
  readonly components: readonly string[];
  /** keyring file, where the entry names one */
  readonly keyring: string | undefined;
}

/** Reads one-line sources (`sources.list`, `*.list`): `deb [signed-by=…] uri suite component…`. Sources of source packages are left out. */
export function parseOneLineSources(text: string): readonly Archive[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*deb\s+(?:\[(?<options>[^\]]*)\]\s+)?(?<uri>\S+)\s+(?<suite>\S+)(?<rest>[^#]*)/.exec(line);
    if (!match?.groups) return [];
    const { options = '', uri = '', suite = '', rest = '' } = match.groups;
    const signedBy = /(?:^|\s)signed-by=(\S+)/i.exec(options)?.[1];
    return [{ uri, suite, components: words(rest), keyring: keyringFile(signedBy) }];
  });
}

/** Reads deb822 sources (`*.sources`), one archive per URI and suite; disabled entries are left out. */
export function parseDeb822Sources(text: string): readonly Archive[] {
  return parseStanzas(text).flatMap((stanza) => {
    const enabled = !/^(no|false|off|0)$/i.test(stanza.get('enabled') ?? 'yes');
    if (!enabled || !words(stanza.get('types') ?? '').includes('deb')) return [];
    const components = words(stanza.get('components') ?? '');
    const keyring = keyringFile(stanza.get('signed-by'));
    const suites = words(stanza.get('suites') ?? '');
    return words(stanza.get('uris') ?? '').flatMap((uri) => suites.map((suite) => ({ uri, suite, components, keyring })));
  });
}

/**
 * The archive to take another suite's packages from: the one that serves the host's own release, not its security or update pocket; none
 * when the configuration has no Debian archive with a `main` component.
 */
export function baseArchive(archives: readonly Archive[], codename: string): Archive | undefined {
  const candidates = archives.filter(
    ({ components, suite }) => components.includes('main') && !/[-/](security|updates|backports|proposed|debug)/.test(suite),
  );
  return (
    candidates.find(({ suite }) => suite === codename) ??
    candidates.find(({ suite }) => /^((old)*stable|testing|unstable|sid)$/.test(suite))
  );
}

/** Lines of `apt-config dump` that say how to reach archives (proxies, time-outs, date checks): what a private apt takes over from the host's. */
export function transportSettings(dump: string): readonly string[] {
  return dump
    .split('\n')
    .filter((line) => /^Acquire::((https?|ftp|mirror|socks)\b|Retries|Check-|Force|Proxy|Max-|By-Hash|Queue)/i.test(line));
}

/** `name version` per package of `apt-get install --simulate` output (`Inst name (version archive [arch])`), sorted by name. */
export function parseClosure(simulation: string): Readonly<Record<string, string>> {
  const found = [...simulation.matchAll(/^Inst (?<name>\S+) (?:\[[^\]]*\] )?\((?<version>\S+) /gm)].map(
    ({ groups }) => [groups?.['name'] ?? '', groups?.['version'] ?? ''] as const,
  );
  return Object.fromEntries(found.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function parseStanzas(text: string): readonly ReadonlyMap<string, string>[] {
  return text.split(/\n\s*\n/).map((stanza) => {
    const fields = new Map<string, string>();
    let last = '';
    for (const line of stanza.split('\n').filter((candidate) => !candidate.startsWith('#'))) {
      const [, name, value] = /^([A-Za-z-]+):\s*(.*)$/.exec(line) ?? [];
      if (name !== undefined) {
        last = name.toLowerCase();
        fields.set(last, value ?? '');
      } else if (/^\s/.test(line) && last !== '') fields.set(last, `${fields.get(last) ?? ''}\n${line.trim()}`);
    }
    return fields;
  });
}

function words(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

/** Signed-By may also be a fingerprint or a key itself; only a file can be handed on. */
function keyringFile(signedBy: string | undefined): string | undefined {
  return signedBy?.split(/[\s,]+/).find((word) => word.startsWith('/'));
}
