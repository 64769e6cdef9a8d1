import { access, copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BenchError, messageOf } from '../../core/model/error.ts';
import { inRoot } from './in-root.ts';
import { type LoggedCommand, runLogged } from './run-logged.ts';

/** Debian packages that compile one source to a static native binary and to Wasm with one rustc; dash is what `inRoot` starts tools with. */
export const GUEST_PACKAGES = ['rustc', 'cargo', 'libstd-rust-dev-wasm32', 'lld', 'gcc', 'libc6-dev', 'dash'] as const;

export const WASM_TARGET = 'wasm32-wasip1';
export const WASM_LOOP_TARGET = 'wasm32-unknown-unknown';

/** Where compilers see the work folder inside a root, and what paths in a binary begin with wherever it was built. */
export const BUILD_PATH = '/build';

export type ToolCall = Pick<LoggedCommand, 'signal' | 'logPath' | 'onLine'>;

export interface ToolOptions extends ToolCall {
  /** the folder tools work in; everything they write stays below it */
  readonly workDir: string;
  readonly env?: Readonly<Record<string, string>>;
  /** name resolution as on the host */
  readonly network?: boolean;
}

export interface GuestToolchain {
  /** `bundle`: Debian packages unpacked into the cache · `host`: the user's own */
  readonly origin: 'bundle' | 'host';
  /** first line of `--version` */
  readonly rustc: string;
  readonly cargo: string;
  readonly nativeTarget: string;
  /** programs that link; undefined: the compiler's own choice */
  readonly linkers: { readonly native: string; readonly wasm: string | undefined };
  readonly linkerVersions: { readonly native: string; readonly wasm: string };
  /** path under which the tools see `workDir` */
  pathOf(workDir: string): string;
  /** Runs a tool. @returns its standard output @throws BenchError `command-failed` with the last lines it printed */
  run(argv: readonly [string, ...string[]], options: ToolOptions): Promise<string>;
}

/** Rust's name of this machine as a compile target. @throws BenchError `architecture-unsupported` */
export function nativeTarget(architecture: string = process.arch): string {
  if (architecture === 'x64') return 'x86_64-unknown-linux-gnu';
  if (architecture === 'arm64') return 'aarch64-unknown-linux-gnu';
  throw new BenchError({
    code: 'architecture-unsupported',
    message: `the built-in workloads are not built for ${architecture}`,
    remedy: 'measure a binary, image or .wasm file of your own',
  });
}

/** The user's own toolchain if it has both Wasm targets and a static C library; otherwise the reason why it is not used. */
export async function hostToolchain(call: ToolCall): Promise<GuestToolchain | { readonly missing: string }> {
  const run: GuestToolchain['run'] = (argv, { workDir, env, ...rest }) =>
    runLogged({ ...toolCall(rest), argv, cwd: workDir, env: { ...process.env, ...env } });
  try {
    const target = nativeTarget();
    const sysroot = (await run(['rustc', '--print', 'sysroot'], { ...call, workDir: '/' })).trim();
    for (const needed of [target, WASM_TARGET, WASM_LOOP_TARGET]) {
      if (!(await exists(join(sysroot, 'lib', 'rustlib', needed, 'lib')))) return { missing: `${sysroot} has no target ${needed}` };
    }
    const staticLibrary = (await run(['cc', '-print-file-name=libc.a'], { ...call, workDir: '/' })).trim();
    if (!staticLibrary.startsWith('/')) return { missing: 'cc finds no static C library (libc.a)' };
    const hasLinker = await exists(join(sysroot, 'lib', 'rustlib', target, 'bin', 'rust-lld'));
    const linkers = { native: 'cc', wasm: hasLinker ? undefined : 'wasm-ld' };
    return await identified({ origin: 'host', nativeTarget: target, linkers, pathOf: (workDir) => workDir, run }, call);
  } catch (error) {
    call.signal.throwIfAborted();
    return { missing: messageOf(error) };
  }
}

/** The toolchain in an unpacked bundle of `GUEST_PACKAGES`. @throws BenchError `no-namespaces`, `command-failed` */
export async function bundleToolchain(root: string, call: ToolCall): Promise<GuestToolchain> {
  const run: GuestToolchain['run'] = async (argv, { workDir, env, network, ...rest }) => {
    const binds = [{ from: workDir, to: BUILD_PATH }, ...(network === true ? [await resolverFiles(workDir)] : [])];
    return inRoot(root, argv, { ...toolCall(rest), binds, cwd: BUILD_PATH, env: { HOME: BUILD_PATH, ...env } });
  };
  const linkers = { native: 'gcc', wasm: 'wasm-ld' };
  return identified({ origin: 'bundle', nativeTarget: nativeTarget(), linkers, pathOf: () => BUILD_PATH, run }, call);
}

/** The host's name resolution as a folder to mount: a finished bundle is never written to. */
async function resolverFiles(workDir: string): Promise<{ from: string; to: string; readOnly: true }> {
  const folder = join(workDir, 'etc');
  await mkdir(folder, { recursive: true });
  for (const name of ['resolv.conf', 'hosts', 'nsswitch.conf']) {
    if (await exists(join('/etc', name))) await copyFile(join('/etc', name), join(folder, name));
  }
  return { from: folder, to: '/etc', readOnly: true };
}

type Unidentified = Omit<GuestToolchain, 'rustc' | 'cargo' | 'linkerVersions'>;

async function identified(tools: Unidentified, call: ToolCall): Promise<GuestToolchain> {
  const workDir = await mkdtemp(join(tmpdir(), 'thirdwave-toolchain-'));
  try {
    const versionOf = async (tool: string): Promise<string> => {
      const text = await tools.run([tool, '--version'], { ...call, workDir });
      return text.split('\n')[0]?.trim() ?? '';
    };
    const { native, wasm } = tools.linkers;
    const rustc = await versionOf('rustc');
    const linkerVersions = { native: await versionOf(native), wasm: wasm === undefined ? `rust-lld of ${rustc}` : await versionOf(wasm) };
    return { ...tools, rustc, cargo: await versionOf('cargo'), linkerVersions };
  } finally {
    await rm(workDir, { recursive: true });
  }
}

function toolCall({ signal, logPath, onLine }: ToolCall): ToolCall {
  return onLine === undefined ? { signal, logPath } : { signal, logPath, onLine };
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
