import { readdir, readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { BenchError, codeOf, EXIT_CODES } from '../../core/model/error.ts';
import type { Scenario, UserWorkload } from '../../core/model/scenario.ts';
import { suggestion } from '../../core/plan/did-you-mean.ts';
import { parseScenario } from '../../core/plan/scenario-file.ts';
import { SCENARIOS_FOLDER } from './paths.ts';

/** The suite's own scenarios, by file name. */
export async function builtinScenarios(): Promise<readonly Scenario[]> {
  const files = (await readdir(SCENARIOS_FOLDER)).filter((name) => name.endsWith('.yaml')).toSorted();
  return Promise.all(files.map((name) => readScenario(join(SCENARIOS_FOLDER, name))));
}

/**
 * Scenarios named on the command line: ids of the suite's own or YAML files; none named: the default ones.
 * @throws BenchError `scenario-unknown` or `scenario-invalid`, exit 2
 */
export async function loadScenarios(names: readonly string[]): Promise<readonly Scenario[]> {
  const builtin = await builtinScenarios();
  if (names.length === 0) return builtin.filter((scenario) => scenario.default);
  return Promise.all(
    names.map(async (name) => {
      const known = builtin.find((scenario) => scenario.id === name);
      if (known) return known;
      if (/\.ya?ml$/.test(name)) return readScenario(resolve(name));
      throw new BenchError({
        code: 'scenario-unknown',
        message: `no scenario “${name}”: ${suggestion(
          name,
          builtin.map(({ id }) => id),
        )}`,
        remedy: 'name a scenario of “thirdwave list scenarios” or a .yaml file',
        exitCode: EXIT_CODES.usage,
      });
    }),
  );
}

async function readScenario(path: string): Promise<Scenario> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const message = `cannot read ${path}: ${codeOf(error)}`;
    throw new BenchError({ code: 'scenario-unknown', message, remedy: 'check the path', exitCode: EXIT_CODES.usage });
  }
  const scenario = parseScenario(text, relative(process.cwd(), path));
  return { ...scenario, workloads: scenario.workloads.map((w) => (typeof w === 'string' ? w : absolute(w, dirname(path)))) };
}

/** Paths of a user's workload are relative to the scenario file; from here on they are absolute, so that a plan can be run from anywhere. */
function absolute(workload: UserWorkload, base: string): UserWorkload {
  const full = (path: string): string => (isAbsolute(path) ? path : resolve(base, path));
  const { wasm, binary, stdin, expect } = workload;
  return {
    ...workload,
    ...(wasm === undefined ? {} : { wasm: full(wasm) }),
    ...(binary === undefined ? {} : { binary: full(binary) }),
    ...(stdin !== undefined && 'file' in stdin ? { stdin: { file: full(stdin.file) } } : {}),
    expect: 'stdoutFile' in expect ? { stdoutFile: full(expect.stdoutFile) } : expect,
  };
}
