import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { BenchError, EXIT_CODES, messageOf } from '../core/model/error.ts';
import type { Workload } from '../core/model/workload.ts';
import { suggestion } from '../core/plan/did-you-mean.ts';
import { GuestManifest } from './guest-manifest.ts';

/** Sources of the built-in workloads: beside this file, or in the clone where this file is its compiled copy in dist/. */
export const WORKLOADS_FOLDER = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './workloads/' : '../../scenarios/workloads/', import.meta.url),
);

const EXPECTED_FILE = 'expected.json';
const CORRECT = 'correct the file; docs/adding-a-workload.md says what it holds';
const REBUILD = 'build the workloads again: npm run setup -- --only workloads';

const Output = z.string().describe('the whole output, byte for byte (UTF-8); empty: the program prints nothing');
const Args = z.array(z.string()).min(1);

/** `expected.json`: a folder with this file is a program, and the workload of that name; it may offer the same program with other arguments as further ones. */
export const Expected = z.strictObject({
  stdout: Output,
  args: Args.optional().describe('arguments; absent: none'),
  holdArgs: Args.optional().describe(
    'further arguments that make it stay after its output and serve the lines of its stdin until end of file',
  ),
  loopFunction: z
    .string()
    .optional()
    .describe('exported function for warm loops, without parameters or results, of a module that imports nothing'),
  also: z
    .record(z.string(), z.strictObject({ args: Args, stdout: Output }))
    .optional()
    .describe('further workloads of this program by id, which is the folder’s name, a hyphen and more'),
});
export type Expected = z.infer<typeof Expected>;

/** One built-in workload: a program with its arguments and the output they make. */
export interface BuiltinWorkload {
  readonly id: string;
  /** the folder of its sources, and of its artifacts among the built ones */
  readonly program: string;
  readonly args: readonly string[];
  readonly stdout: string;
  readonly holdArgs: readonly string[] | undefined;
  readonly loopFunction: string | undefined;
}

/** The built-in programs, sorted: the folders that say what they expect. */
export async function listBuiltinPrograms(): Promise<readonly string[]> {
  const entries = await readdir(WORKLOADS_FOLDER, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return folders.filter((name) => existsSync(join(WORKLOADS_FOLDER, name, EXPECTED_FILE))).toSorted();
}

/** The built-in workloads, sorted by program and in the order of its `expected.json`. @throws BenchError `workload-invalid` */
export async function listBuiltinWorkloads(): Promise<readonly BuiltinWorkload[]> {
  const programs = await listBuiltinPrograms();
  return (await Promise.all(programs.map(async (program) => workloadsOf(program, await readExpected(program))))).flat();
}

/** The workload named after the program, then its `also`. @throws BenchError `workload-invalid` for an id that does not begin with the program's name */
export function workloadsOf(program: string, expected: Expected): readonly BuiltinWorkload[] {
  const { stdout, args = [], holdArgs, loopFunction, also = {} } = expected;
  const stray = Object.keys(also).find((id) => !id.startsWith(`${program}-`));
  if (stray !== undefined) {
    const message = `${program}/${EXPECTED_FILE} offers “${stray}”: such an id must begin with “${program}-”`;
    throw new BenchError({ code: 'workload-invalid', message, remedy: CORRECT });
  }
  const shared = { program, holdArgs, loopFunction };
  return [{ id: program, args, stdout, ...shared }, ...Object.entries(also).map(([id, own]) => ({ id, ...own, ...shared }))];
}

/** @throws BenchError `workload-unknown` (exit 2), `workload-invalid` */
export async function findBuiltinWorkload(id: string): Promise<BuiltinWorkload> {
  const known = await listBuiltinWorkloads();
  const found = known.find((workload) => workload.id === id);
  if (found !== undefined) return found;
  const ids = known.map((workload) => workload.id);
  throw new BenchError({
    code: 'workload-unknown',
    message: `unknown workload “${id}”; built in are ${ids.join(', ')}`,
    remedy: suggestion(id, ids),
    exitCode: EXIT_CODES.usage,
  });
}

/** @throws BenchError `workload-invalid` */
async function readExpected(program: string): Promise<Expected> {
  return parseFile(join(WORKLOADS_FOLDER, program, EXPECTED_FILE), Expected, CORRECT);
}

/**
 * A built-in workload with its built artifacts.
 * @param guestsDir folder that the preparation step `workloads` made
 * @throws BenchError `workload-unknown` (exit 2), `workload-invalid`, `guest-missing`
 */
export async function loadBuiltinWorkload(id: string, guestsDir: string): Promise<Workload> {
  const { program, args, stdout, holdArgs, loopFunction } = await findBuiltinWorkload(id);
  const { workloads, toolchain, targets, rustflags, sourceSha256 } = await readGuestManifest(guestsDir);
  if (workloads[program] === undefined) {
    throw new BenchError({
      code: 'guest-missing',
      message: `workload ${program} is not among those built in ${guestsDir}`,
      remedy: REBUILD,
    });
  }
  const bytes = new TextEncoder().encode(stdout);
  return {
    id,
    source: 'builtin',
    artifacts: { binary: join(guestsDir, program, 'native'), wasm: join(guestsDir, program, 'module.wasm') },
    args,
    env: {},
    stdin: undefined,
    expected: bytes.length === 0 ? { kind: 'nothing' } : { kind: 'bytes', bytes },
    holdArgs,
    loopFunction,
    versions: {
      rustc: toolchain.rustc,
      target: `${targets.native}, ${loopFunction === undefined ? targets.wasm : targets.wasmLoop}`,
      rustflags: `${rustflags.native}; ${rustflags.wasm}`,
      sourceSha256,
    },
  };
}

/** @throws BenchError `guest-missing` where there is none, `workload-invalid` where it is damaged */
export function readGuestManifest(guestsDir: string): Promise<GuestManifest> {
  return parseFile(join(guestsDir, 'manifest.json'), GuestManifest, REBUILD);
}

async function parseFile<T>(path: string, schema: z.ZodType<T>, remedy: string): Promise<T> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new BenchError({ code: 'guest-missing', message: `cannot read ${path}: ${messageOf(cause)}`, remedy, cause });
  });
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    const problem = cause instanceof z.ZodError ? z.prettifyError(cause) : messageOf(cause);
    throw new BenchError({ code: 'workload-invalid', message: `${path}: ${problem.replace(/\s*\n\s*/g, ' ')}`, remedy, cause });
  }
}
