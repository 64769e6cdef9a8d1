import { createHash } from 'node:crypto';
import { copyFile, chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { GUEST_FILES, type GuestManifest } from '../../scenarios/guest-manifest.ts';
import { listBuiltinWorkloads, WORKLOADS_FOLDER } from '../../scenarios/workloads.ts';
import { BUILD_PATH, type GuestToolchain, type ToolCall, WASM_LOOP_TARGET, WASM_TARGET } from './guest-toolchain.ts';

/** Raised whenever this file changes what it builds from the same sources. */
const RECIPE = 1;

/** No interpreter and no shared library, so that the binary runs in an empty image; position-independent, as the compiler does by default. */
const NATIVE_FLAGS = ['-C', 'target-feature=+crt-static'] as const;

/** What the compilers read, and which program is built how. */
export interface GuestSources {
  readonly sha256: string;
  /** relative to the workloads folder, sorted */
  readonly files: readonly string[];
  readonly programs: readonly { readonly id: string; readonly loop: boolean }[];
}

/** Every file a build of the workloads depends on, with one hash over all of them. */
export async function readGuestSources(folder: string = WORKLOADS_FOLDER): Promise<GuestSources> {
  const files = ['Cargo.lock', 'Cargo.toml'];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const inside = await readdir(join(folder, entry.name), { recursive: true, withFileTypes: true });
    const paths = inside.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name).slice(join(folder, '/').length));
    files.push(...paths.filter((path) => /^[^/]+\/(Cargo\.toml|src\/.+)$/.test(path)));
  }
  files.sort();
  const builtin = await listBuiltinWorkloads();
  const byId = new Map(builtin.map(({ program, loopFunction }) => [program, { id: program, loop: loopFunction !== undefined }]));
  const programs = [...byId.values()];
  const hash = createHash('sha256').update(JSON.stringify({ recipe: RECIPE, flags: NATIVE_FLAGS, programs }));
  for (const file of files) hash.update(`\n${file} ${await sha256Of(join(folder, file))}`);
  return { sha256: hash.digest('hex'), files, programs };
}

export interface BuildOptions {
  readonly call: ToolCall;
  readonly toolchain: GuestToolchain;
  readonly sources: GuestSources;
  /** empty folder for copies, downloads and intermediate files; removed by the caller */
  readonly workDir: string;
  /** folder that receives `<program>/{native,module.wasm}` and `manifest.json` */
  readonly into: string;
}

/**
 * Compiles every built-in workload, natively and to Wasm. Downloads the locked dependencies once, then compiles offline.
 * @throws BenchError `command-failed`
 */
export async function buildGuests(options: BuildOptions): Promise<GuestManifest> {
  const { toolchain, sources, workDir } = options;
  for (const file of sources.files) {
    await mkdir(dirname(join(workDir, 'source', file)), { recursive: true });
    await copyFile(join(WORKLOADS_FOLDER, file), join(workDir, 'source', file));
  }
  await vendor(options);
  const ids = sources.programs.map(({ id }) => id);
  const commands = sources.programs.filter(({ loop }) => !loop).map(({ id }) => id);
  const loops = sources.programs.filter(({ loop }) => loop).map(({ id }) => id);
  await compile(options, toolchain.nativeTarget, NATIVE_FLAGS, ['--bins', ...ids.flatMap((id) => ['-p', id])]);
  if (commands.length > 0) await compile(options, WASM_TARGET, [], ['--bins', ...commands.flatMap((id) => ['-p', id])]);
  if (loops.length > 0) await compile(options, WASM_LOOP_TARGET, [], ['--lib', ...loops.flatMap((id) => ['-p', id])]);
  return collect(options);
}

/** Copies of the dependencies at one place whatever registry or mirror they come from, so that paths in the output do not depend on it. */
async function vendor({ toolchain, workDir, call }: BuildOptions): Promise<void> {
  const home = await cargoHome(toolchain, workDir);
  const source = join(toolchain.pathOf(workDir), 'source', 'Cargo.toml');
  const places = ['--manifest-path', source, join(toolchain.pathOf(workDir), 'vendor')] as const;
  await toolchain.run(['cargo', 'vendor', '--quiet', '--locked', '--versioned-dirs', '--respect-source-config', ...places], {
    ...call,
    workDir,
    network: true,
    env: { ...networkEnvironment(process.env), ...home },
  });
  await rm(join(workDir, 'cargo'), { recursive: true });
}

/** Cargo's home for the download: the host's own registry settings and certificates, nothing else of the host. */
async function cargoHome(toolchain: GuestToolchain, workDir: string): Promise<Record<string, string>> {
  const folder = join(workDir, 'cargo');
  await mkdir(folder, { recursive: true });
  const settings = join(process.env['CARGO_HOME'] ?? join(homedir(), '.cargo'), 'config.toml');
  await copyFile(settings, join(folder, 'config.toml')).catch(ignoreMissing);
  const env = { CARGO_HOME: join(toolchain.pathOf(workDir), 'cargo') };
  const candidates = [
    process.env['CARGO_HTTP_CAINFO'],
    process.env['SSL_CERT_FILE'],
    '/etc/ssl/certs/ca-certificates.crt',
    '/etc/pki/tls/certs/ca-bundle.crt',
  ];
  for (const candidate of candidates) {
    if (candidate === undefined) continue;
    const certificates = await readFile(candidate).catch(ignoreMissing);
    if (certificates === undefined) continue;
    await writeFile(join(folder, 'certificates.pem'), certificates);
    return { ...env, CARGO_HTTP_CAINFO: join(toolchain.pathOf(workDir), 'cargo', 'certificates.pem') };
  }
  return env;
}

/** The host's proxies and registry settings, for the download. */
export function networkEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const wanted = /^((https?|all|no)_proxy|CARGO_(HTTP|NET|REGISTRY|REGISTRIES|SOURCE)_.*)$/i;
  return Object.fromEntries(Object.entries(env).filter((pair): pair is [string, string] => wanted.test(pair[0]) && pair[1] !== undefined));
}

async function compile(options: BuildOptions, target: string, flags: readonly string[], what: readonly string[]): Promise<void> {
  const { toolchain, workDir, call } = options;
  const { native, wasm } = toolchain.linkers;
  const base = toolchain.pathOf(workDir);
  const linkerOf = (triple: string): string => `CARGO_TARGET_${triple.toUpperCase().replaceAll('-', '_')}_LINKER`;
  const wasmLinkers = wasm === undefined ? {} : { [linkerOf(WASM_TARGET)]: wasm, [linkerOf(WASM_LOOP_TARGET)]: wasm };
  const env = {
    CARGO_HOME: join(base, 'cargo'),
    CARGO_TARGET_DIR: join(base, 'target'),
    CARGO_ENCODED_RUSTFLAGS: [...flags, `--remap-path-prefix=${base}=${BUILD_PATH}`].join('\u001f'),
    RUSTC_WRAPPER: '',
    SOURCE_DATE_EPOCH: '0',
    [linkerOf(toolchain.nativeTarget)]: native,
    ...wasmLinkers,
  };
  const vendored = [
    '--config',
    'source.crates-io.replace-with="vendored"',
    '--config',
    `source.vendored.directory="${join(base, 'vendor')}"`,
  ];
  const place = ['--manifest-path', join(base, 'source', 'Cargo.toml'), '--target', target];
  await toolchain.run(['cargo', 'build', '--release', '--locked', '--offline', ...vendored, ...place, ...what], { ...call, workDir, env });
}

async function collect({ toolchain, sources, workDir, into }: BuildOptions): Promise<GuestManifest> {
  const workloads: GuestManifest['workloads'] = {};
  for (const { id, loop } of sources.programs) {
    const built = (target: string, name: string): string => join(workDir, 'target', target, 'release', name);
    await mkdir(join(into, id), { recursive: true });
    // Copied in one piece: a binary left where the linker wrote it in patches started 12 % slower (docs/decisions/0003).
    await copyFile(built(toolchain.nativeTarget, id), join(into, id, 'native'));
    await copyFile(built(loop ? WASM_LOOP_TARGET : WASM_TARGET, `${id}.wasm`), join(into, id, 'module.wasm'));
    await chmod(join(into, id, 'native'), 0o755);
    await chmod(join(into, id, 'module.wasm'), 0o644);
    const [native, wasm] = await Promise.all(GUEST_FILES.map((name) => factsOf(join(into, id, name))));
    if (native && wasm) workloads[id] = { native, 'module.wasm': wasm };
  }
  const manifest: GuestManifest = {
    sourceSha256: sources.sha256,
    toolchain: { origin: toolchain.origin, rustc: toolchain.rustc, cargo: toolchain.cargo, linkers: toolchain.linkerVersions },
    targets: { native: toolchain.nativeTarget, wasm: WASM_TARGET, wasmLoop: WASM_LOOP_TARGET },
    rustflags: { native: NATIVE_FLAGS.join(' '), wasm: '' },
    workloads,
  };
  await writeFile(join(into, 'manifest.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  return manifest;
}

/** Size in bytes and SHA-256 of a built file. */
export async function factsOf(path: string): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const content = await readFile(path);
  return { bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') };
}

async function sha256Of(path: string): Promise<string> {
  return (await factsOf(path)).sha256;
}

function ignoreMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}
