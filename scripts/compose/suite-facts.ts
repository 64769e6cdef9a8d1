import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Manifest } from '../../core/model/manifest.ts';
import { PROJECT_ROOT } from './paths.ts';

/** Version, commit and whether the tree had uncommitted changes; a tree without git says so instead of a commit. */
export async function suiteFacts(): Promise<Manifest['suite']> {
  const { version } = JSON.parse(await readFile(join(PROJECT_ROOT, 'package.json'), 'utf8')) as { version: string };
  const git = async (...args: string[]): Promise<string | undefined> => {
    const result = await execa('git', args, { cwd: PROJECT_ROOT, reject: false });
    return result.exitCode === 0 ? result.stdout : undefined;
  };
  const commit = await git('rev-parse', 'HEAD');
  const status = await git('status', '--porcelain');
  return { version, commit: commit ?? 'not-a-git-checkout', dirty: status === undefined || status !== '', node: process.version };
}
