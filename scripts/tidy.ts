import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

const MAX_LINES = 300;
const CODE = /\.(ts|mjs|rs)$/;
const SKIP = new Set(['node_modules', 'dist', 'target', '.git']);

/**
 * What lint cannot see: file length in every language, runner ids spelled where nothing may switch on them, non-determinism in pure folders that has
 * no import, and test switches left behind.
 */
export async function tidyProblems(root: string): Promise<readonly string[]> {
  const runners = await runnerIds(root);
  const problems: string[] = [];
  for (const file of await trackedFiles(root)) {
    const text = await readFile(join(root, file), 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    const lines = text.split('\n');
    if (lines.length - 1 > MAX_LINES) problems.push(`${file}: ${lines.length - 1} lines, at most ${MAX_LINES}`);
    for (const [index, line] of lines.entries()) {
      for (const problem of lineProblems(file, line, runners)) problems.push(`${file}:${index + 1}: ${problem}`);
    }
  }
  return problems;
}

function* lineProblems(file: string, line: string, runners: readonly string[]): Generator<string> {
  const isTest = file.endsWith('.test.ts');
  const pure =
    /^(core\/(model|plan)|results\/(derive|stats|judge|csv)|reports)\//.test(file) &&
    !isTest &&
    !/^reports\/(testing|html\/client)\//.test(file);
  if (pure && /\bnew Date\(\)|\bDate\.now\(|\bMath\.random\(/.test(line)) yield 'this folder is pure: no clock, no randomness';
  if (/^(core|results|reports|probes)\//.test(file) && !isTest && !/\/testing\//.test(file)) {
    const spelled = runners.find((id) => new RegExp(`(runner|runnerId)\\s*(===|!==)\\s*'${id}'`).test(line));
    if (spelled !== undefined) yield `switches on the runner “${spelled}”: ask its capabilities or factors instead`;
  }
  if (isTest && /\b(it|test|describe)\.(only|skip|todo)\(/.test(line)) yield 'a test that is switched off or hides the others';
}

async function trackedFiles(root: string): Promise<readonly string[]> {
  const listed = await execa('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root, reject: false });
  const files = listed.exitCode === 0 ? listed.stdout.split('\n') : await walk(root, '');
  return files.filter((file) => CODE.test(file));
}

async function walk(root: string, below: string): Promise<string[]> {
  const entries = await readdir(join(root, below), { withFileTypes: true });
  const nested = entries
    .filter((entry) => !SKIP.has(entry.name))
    .map((entry) => (entry.isDirectory() ? walk(root, join(below, entry.name)) : Promise.resolve([join(below, entry.name)])));
  return (await Promise.all(nested)).flat();
}

/** As the registry sees them: files of their own, and folders with an index.ts. */
async function runnerIds(root: string): Promise<readonly string[]> {
  const folder = join(root, 'runners');
  const entries = await readdir(folder, { withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && !/^(runner|registry)\.ts$|\.test\.ts$/.test(entry.name))
    .map((entry) => entry.name.replace(/\.ts$/, ''));
  const folders = entries
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, 'index.ts')))
    .map((entry) => entry.name);
  return [...files, ...folders];
}
