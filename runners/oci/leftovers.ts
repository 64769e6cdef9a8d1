import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { RunContext } from '../../core/model/context.ts';
import { messageOf } from '../../core/model/error.ts';
import { formatOwner, mayBeAlive, ownIdentity, parseOwner } from '../engine/owner.ts';
import type { DetectContext } from '../runner.ts';

/**
 * On the host's own engine, containers of an OCI runtime outlive a `kill -9` of the suite: nobody watches them. So a run writes down where its runtimes keep
 * their state. (With a private engine they end with it.)
 */
interface RunNote {
  readonly owner: string;
  readonly stateRoot: string;
}

export async function noteRun({ cacheDir, runId }: RunContext, stateRoot: string): Promise<void> {
  const path = notePath(cacheDir, runId);
  await mkdir(join(path, '..'), { recursive: true });
  const note: RunNote = { owner: formatOwner(await ownIdentity()), stateRoot };
  await writeFile(`${path}.new`, JSON.stringify(note));
  await rename(`${path}.new`, path);
}

export async function forgetRun({ cacheDir, runId }: RunContext): Promise<void> {
  await rm(notePath(cacheDir, runId), { force: true });
}

/** Deletes what runtimes of dead runs still know, by force. @returns what was removed, in words */
export async function sweepContainers({ cacheDir, log }: DetectContext, runId: string | undefined): Promise<readonly string[]> {
  const names = await readdir(join(cacheDir, 'oci')).catch(() => []);
  const removed: string[] = [];
  for (const name of names.filter((one) => one.endsWith('.json') && (runId === undefined || one === `${runId}.json`))) {
    const path = join(cacheDir, 'oci', name);
    const { owner, stateRoot } = JSON.parse(await readFile(path, 'utf8')) as RunNote;
    const parsed = parseOwner(owner);
    if (parsed && (await mayBeAlive(parsed))) continue;
    for (const id of await readdir(stateRoot).catch(() => [])) {
      // any of them can read the state of its own containers only
      for (const runtime of ['runc', 'crun', 'youki']) {
        const call = promisify(execFile)(runtime, ['--root', stateRoot, 'delete', '--force', id]);
        await call.catch((error: unknown) => log.debug(messageOf(error)));
      }
      removed.push(`container ${id} of an OCI runtime`);
    }
    await rm(stateRoot, { recursive: true, force: true });
    await rm(path, { force: true });
  }
  return removed;
}

function notePath(cacheDir: string, runId: string): string {
  return join(cacheDir, 'oci', `${runId}.json`);
}
