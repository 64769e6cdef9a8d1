import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

/** A fenced block of docs/ci.md; `file`: the name in the comment of its first line. */
export interface Block {
  readonly language: string;
  readonly file: string | undefined;
  readonly text: string;
}

const DOCUMENT = fileURLToPath(new URL('../docs/ci.md', import.meta.url));
export const CI_TEXT = readFileSync(DOCUMENT, 'utf8');

export const BLOCKS: readonly Block[] = [...CI_TEXT.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language = '', text = '']) => ({
  language,
  file: /^# (\S*[./]\S*)\n/.exec(text)?.[1],
  text,
}));

export function blockOf(file: string): string {
  const found = BLOCKS.filter((block) => block.file === file);
  if (found.length !== 1) throw new Error(`docs/ci.md has ${found.length} blocks of ${file}`);
  return found[0]?.text ?? '';
}

/** A script of a workflow as the CI server hands it to the shell, with what the workflow adds to the environment. */
export interface Script {
  readonly file: string;
  readonly name: string;
  readonly text: string;
  readonly env: Readonly<Record<string, string>>;
}

interface Step {
  readonly name?: string;
  readonly run?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
}
export interface Workflow {
  readonly env?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[] }>>;
}
export interface GitLabJob {
  readonly before_script: readonly string[];
  readonly script: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  readonly cache: { readonly paths: readonly string[] };
  readonly allow_failure: { readonly exit_codes: number };
  readonly artifacts: { readonly paths: readonly string[]; readonly reports: Readonly<Record<string, string>> };
}

export const GITHUB_FILES = ['.github/workflows/start-up-gate.yml', '.github/workflows/start-up-trend.yml'] as const;
export const GITLAB_FILE = '.gitlab-ci.yml';

export const workflowOf = (file: string): Workflow => parse(blockOf(file)) as Workflow;
export function gitLabJob(): GitLabJob {
  const { 'start-up-gate': job } = parse(blockOf(GITLAB_FILE)) as { readonly 'start-up-gate': GitLabJob };
  return job;
}

/** Every `run:` of the workflows, and GitLab’s two lists. */
export function scripts(): readonly Script[] {
  const github = GITHUB_FILES.flatMap((file) => {
    const { jobs, env = {} } = workflowOf(file);
    return Object.values(jobs).flatMap(({ steps }) =>
      steps.flatMap(({ name = '', run, env: own = {} }): Script[] =>
        run === undefined ? [] : [{ file, name, text: run, env: { ...env, ...own } }],
      ),
    );
  });
  const { before_script, script, variables } = gitLabJob();
  const lists = { before_script, script };
  const gitlab = Object.entries(lists).map(([name, lines]): Script => ({
    file: GITLAB_FILE,
    name,
    text: lines.join('\n'),
    env: variables,
  }));
  return [...github, ...gitlab];
}

export function scriptOf(file: string, name: string): Script {
  const found = scripts().find((script) => script.file === file && script.name === name);
  if (!found) throw new Error(`${file} has no script “${name}”`);
  return found;
}

/** Command lines of thirdwave in a text, as words; a substitution is one word. */
export function commandLines(text: string): readonly (readonly string[])[] {
  const joined = text.replaceAll(/\\\n\s*/g, ' ');
  return [...joined.matchAll(/(?:^|[\s`&;])thirdwave ((?:gate|compare|bench|run|doctor|setup)\b[^\n`]*)/g)].map(([, line = '']) =>
    words(line),
  );
}

function words(line: string): string[] {
  const word = /(?:"(?:\$\([^)]*\)|[^"])*"|'[^']*'|\$\([^)]*\)|[^\s"'])+/g;
  return (line.match(word) ?? []).map((one) => one.replaceAll(/^["']|["']$/g, ''));
}
