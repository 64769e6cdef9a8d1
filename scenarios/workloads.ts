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
const REBUILD = 'build the workloads again: npm run setup -- --only workloads';

/** `expected.json` of a built-in workload; a folder with this file is a workload. */
export const Expected = z.strictObject({
  stdout: z.string().describe('the whole output, byte for byte (UTF-8); empty: the program prints nothing'),
  holdArgs: z.array(z.string()).min(1).optional().describe('arguments that make it wait for end of file on stdin after its output'),
  loopFunction: z
    .string()
    .optional()
    .describe('exported function for warm loops, without parameters or results, of a module that imports nothing'),
});
export type Expected = z.infer<typeof Expected>;

/** Ids of the built-in workloads, sorted: the folders that say what they expect. */
export async function listBuiltinWorkloads(): Promise<readonly string[]> {
  const entries = await readdir(WORKLOADS_FOLDER, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return folders.filter((name) => existsSync(join(WORKLOADS_FOLDER, name, EXPECTED_FILE))).toSorted();
}

/** What a built-in workload must print. @throws BenchError `workload-unknown`, `workload-invalid`; exit 2 */
export async function readExpected(id: string): Promise<Expected> {
  const known = await listBuiltinWorkloads();
  if (!known.includes(id)) {
    throw new BenchError({
      code: 'workload-unknown',
      message: `unknown workload “${id}”; built in are ${known.join(', ')}`,
      remedy: suggestion(id, known),
      exitCode: EXIT_CODES.usage,
    });
  }
  return parseFile(join(WORKLOADS_FOLDER, id, EXPECTED_FILE), Expected, 'correct the file; docs/adding-a-workload.md says what it holds');
}

/**
 * A built-in workload with its built artifacts.
 * @param guestsDir folder that the preparation step `workloads` made
 * @throws BenchError `workload-unknown` (exit 2), `workload-invalid`, `guest-missing`
 */
export async function loadBuiltinWorkload(id: string, guestsDir: string): Promise<Workload> {
  const { stdout, holdArgs, loopFunction } = await readExpected(id);
  const { workloads, toolchain, targets, rustflags, sourceSha256 } = await readGuestManifest(guestsDir);
  if (workloads[id] === undefined) {
    throw new BenchError({ code: 'guest-missing', message: `workload ${id} is not among those built in ${guestsDir}`, remedy: REBUILD });
  }
  const bytes = new TextEncoder().encode(stdout);
  return {
    id,
    source: 'builtin',
    artifacts: { binary: join(guestsDir, id, 'native'), wasm: join(guestsDir, id, 'module.wasm') },
    args: [],
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
