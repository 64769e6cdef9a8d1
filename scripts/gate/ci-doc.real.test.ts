import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { parse as parseJunit } from 'junit2json';
import { describe, expect, it } from 'vitest';
import { isFound } from '../../core/model/context.ts';
import { EXIT_CODES } from '../../core/model/error.ts';
import { GateReport } from '../../core/model/gate-report.ts';
import { blockOf, GITHUB_FILES, GITLAB_FILE, scriptOf } from '../../test/ci-doc.ts';
import { type CiProject, ciProject, PAUSE_US } from '../../test/ci-project.ts';
import { cacheRoot } from '../setup/cache-root.ts';
import { readTestTools } from '../setup/test-tools.ts';

/**
 * The scripts of docs/ci.md, word for word, in a repository of their own. Not run: “Get thirdwave” and GitLab’s `before_script`, which need the
 * network and a machine to install on; thirdwave is put on PATH as they do.
 */
const [GATE, TREND] = GITHUB_FILES;
const LIMIT = { timeout: 400_000 };

const reportOf = async ({ checkout }: CiProject): Promise<GateReport> =>
  GateReport.parse(JSON.parse(await readFile(join(checkout, 'gate', 'gate.json'), 'utf8')));

describe('the workflow of a pull request', () => {
  const gate = async (project: CiProject) => {
    const summary = join(project.checkout, '..', 'summary.md');
    const result = await project.run(scriptOf(GATE, 'Gate'), { BASE_REF: 'main', GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary });
    return { ...result, summary: await readFile(summary, 'utf8').catch(() => '') };
  };

  it('fails a program that has become slower, with annotation, summary and every file', LIMIT, async () => {
    await using project = await ciProject();
    await project.branch('slower', project.app(PAUSE_US * 2));
    const { exitCode, output, summary } = await gate(project);
    expect(exitCode, output).toBe(EXIT_CODES.regression);
    expect(output).toMatch(/^FAIL cold /m);
    expect(output).toMatch(/^::error title=cold%3A fail::/m);
    expect(summary).toContain('❌ thirdwave gate: FAIL');
    const report = await reportOf(project);
    expect(report.gates.find(({ id }) => id === 'cold')).toMatchObject({ verdict: 'fail', metric: 'cold_start' });
    expect(report.artifacts.map(({ arm }) => arm).toSorted()).toEqual(['base', 'head']);
    const read = async (name: string): Promise<string> => readFile(join(project.checkout, 'gate', name), 'utf8');
    expect(await parseJunit(await read('junit.xml'))).toMatchObject({ tests: 3, failures: 1 });
    const head = report.gates.find(({ id }) => id === 'cold')?.head ?? Number.NaN;
    expect(head).toBeGreaterThan((PAUSE_US * 2) / 1e6);
    expect(JSON.parse(await read('bmf.json'))).toHaveProperty(
      ['process/native/app', 'cold-start-ns', 'value'],
      expect.closeTo(head * 1e9, -3),
    );
    expect(JSON.parse(await read('github-benchmark.json'))).toContainEqual(
      expect.objectContaining({ name: 'process/native/app cold_start', unit: 'ms' }),
    );
  });

  it('does not fail a change of documents, whose artifacts are the same', LIMIT, async () => {
    await using project = await ciProject();
    await project.branch('documents', { 'README.md': 'hello' });
    const { exitCode, output } = await gate(project);
    // A busy test machine may be too unsteady to compare (its A/A twin says so); that is no regression either.
    expect([EXIT_CODES.ok, EXIT_CODES.incomparable], output).toContain(exitCode);
    expect(output).toContain('are the same (sha256:');
  });

  it('does not pass a program that crashes', LIMIT, async () => {
    await using project = await ciProject();
    await project.branch('broken', { 'app.c': 'int main(void) { return 101; }\n' });
    const { exitCode, output } = await gate(project);
    expect(exitCode, output).toBe(EXIT_CODES.incomplete);
    expect(output).toMatch(/^INCOMPLETE cold /m);
  });

  it('refuses a program that cannot be built, with the compiler’s words', LIMIT, async () => {
    await using project = await ciProject();
    await project.branch('unbuilt', { 'app.c': 'int main(void) { return missing; }\n' });
    const { exitCode, output } = await gate(project);
    expect(exitCode, output).toBe(EXIT_CODES.usage);
    expect(output).toContain('missing');
  });
});

describe('the workflow of every night', () => {
  it('accepts a run that did not fail and commits it', LIMIT, async () => {
    await using project = await ciProject();
    for (const name of ['Gate', 'Accept it as a baseline of this host', 'Commit it']) {
      const { exitCode, output } = await project.run(scriptOf(TREND, name), {});
      expect(exitCode, `${name}: ${output}`).toBe(EXIT_CODES.ok);
      if (name.startsWith('Accept')) expect(output).toContain('cold');
    }
    const files = await project.git('ls-tree', '-r', '--name-only', 'origin/main');
    expect(files).toMatch(/^baselines\/.+\.json$/m);
    expect(await project.git('status', '--porcelain')).toBe('');
  });
});

describe('the pipeline of GitLab', () => {
  it('fails a program that has become slower, with the reports GitLab reads', LIMIT, async () => {
    await using project = await ciProject();
    const base = await project.git('rev-parse', 'HEAD');
    await project.branch('slower', project.app(PAUSE_US * 2));
    const { exitCode, output } = await project.run(scriptOf(GITLAB_FILE, 'script'), { CI_MERGE_REQUEST_DIFF_BASE_SHA: base });
    expect(exitCode, output).toBe(EXIT_CODES.regression);
    const read = async (name: string): Promise<string> => readFile(join(project.checkout, 'gate', name), 'utf8');
    expect(await parseJunit(await read('junit.xml'))).toMatchObject({ tests: 3, failures: 1 });
    expect(await read('metrics.txt')).toMatch(/^thirdwave_gate_head_seconds\{gate="cold",.*\} 0\.\d+$/m);
    expect(await read('summary.md')).toContain('❌ FAIL');
  });

  it('is one to gitlab-ci-local, which checks it by GitLab’s schema', LIMIT, async () => {
    const { node22 } = await readTestTools(cacheRoot());
    if (!isFound(node22)) throw new Error(node22.missing);
    const main = createRequire(import.meta.url).resolve('gitlab-ci-local');
    const folder = await mkdtemp(join(tmpdir(), 'gitlab-ci-'));
    const list = async (text: string) => {
      await writeFile(join(folder, '.gitlab-ci.yml'), text);
      return execa(node22.path, [main, '--list-json'], { cwd: folder, reject: false });
    };
    try {
      await execa('git', ['init', '--quiet', folder]);
      await execa('git', ['remote', 'add', 'origin', 'git@gitlab.example:group/project.git'], { cwd: folder });
      const good = await list(blockOf(GITLAB_FILE));
      expect(good.exitCode, good.stderr).toBe(0);
      const bad = await list(blockOf(GITLAB_FILE).replace('exit_codes: 12', 'exit_codes: twelve'));
      expect(bad.exitCode).not.toBe(0);
      expect(bad.stderr).toContain('start-up-gate.allow_failure.exit_codes');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
