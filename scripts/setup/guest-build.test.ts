import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { networkEnvironment, readGuestSources } from './guest-build.ts';
import { nativeTarget } from './guest-toolchain.ts';

describe('what a build of the workloads depends on', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sources-'));
    for (const file of ['Cargo.toml', 'Cargo.lock', 'a/Cargo.toml', 'a/src/main.rs', 'a/README.md', 'a/expected.json'])
      await put(file, file);
  });
  afterEach(async () => rm(folder, { recursive: true }));

  const put = async (file: string, text: string): Promise<void> => {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), text);
  };

  it('is every manifest, the lock file and every source, and no text about them', async () => {
    const { files } = await readGuestSources(folder);
    expect(files).toEqual(['Cargo.lock', 'Cargo.toml', 'a/Cargo.toml', 'a/src/main.rs']);
  });

  it.each(['Cargo.lock', 'a/src/main.rs', 'a/src/deep/new.rs'])('changes the hash when %s changes', async (file) => {
    const before = await readGuestSources(folder);
    await put(file, 'changed');
    expect((await readGuestSources(folder)).sha256).not.toBe(before.sha256);
  });

  it('does not change the hash when a README or what a local cargo build left changes', async () => {
    const before = await readGuestSources(folder);
    await put('a/README.md', 'changed');
    await put('target/debug/a.d', 'left');
    expect(await readGuestSources(folder)).toEqual(before);
  });
});

describe('the environment of the download', () => {
  it('holds proxies and registry settings and nothing else', () => {
    const env = {
      https_proxy: 'p',
      NO_PROXY: 'n',
      CARGO_REGISTRIES_X_INDEX: 'i',
      CARGO_HTTP_TIMEOUT: '9',
      RUSTFLAGS: '-C target-cpu=native',
      CARGO_HOME: '/c',
      PATH: '/bin',
    };
    expect(networkEnvironment(env)).toEqual({ https_proxy: 'p', NO_PROXY: 'n', CARGO_REGISTRIES_X_INDEX: 'i', CARGO_HTTP_TIMEOUT: '9' });
  });
});

describe('the native target', () => {
  it('follows the processor, and one without Rust target here is an error with a way out', () => {
    expect(nativeTarget('x64')).toBe('x86_64-unknown-linux-gnu');
    expect(nativeTarget('arm64')).toBe('aarch64-unknown-linux-gnu');
    expect(() => nativeTarget('mips')).toThrow('the built-in workloads are not built for mips');
  });
});
