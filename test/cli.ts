import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

const ENTRY = fileURLToPath(new URL('../scripts/entry.mjs', import.meta.url));

/** The command line as a user has it: a process of its own, without a terminal. */
export function thirdwave(
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
) {
  return execa(process.execPath, [ENTRY, ...args], { reject: false, stdin: 'ignore', timeout: 110_000, ...options });
}

export interface Workshop extends AsyncDisposable {
  readonly path: string;
  /** `--results` and `--reports` into this folder */
  readonly flags: readonly string[];
  /** id of the one run in this folder */
  runId(): Promise<string>;
  /** a file of that run */
  read(file: string): Promise<string>;
}

/** A folder for one test's scenarios and results. */
export async function workshop(): Promise<Workshop> {
  const path = await mkdtemp(join(tmpdir(), 'workshop-'));
  const results = join(path, 'runs');
  const runId = async (): Promise<string> => {
    const { readdir } = await import('node:fs/promises');
    const [first] = await readdir(results);
    if (first === undefined) throw new Error(`no run in ${results}`);
    return first;
  };
  return {
    path,
    flags: ['--results', results, '--reports', join(path, 'out')],
    runId,
    read: async (file) => readFile(join(results, await runId(), file), 'utf8'),
    [Symbol.asyncDispose]: async () => rm(path, { recursive: true, force: true }),
  };
}

/** A scenario as YAML text. */
export function scenarioYaml(change: {
  readonly workloads: string;
  readonly cells: string;
  readonly rounds?: string;
  readonly timeouts?: string;
  readonly more?: string;
}): string {
  const { workloads, cells, rounds = '{ min: 1, max: 1 }', timeouts = '{ ready: 5s, exit: 5s }', more = '' } = change;
  return `id: t\nquestion: q\nworkloads: ${workloads}\ncells: ${cells}\nrounds: ${rounds}\ntimeouts: ${timeouts}\n${more}`;
}
