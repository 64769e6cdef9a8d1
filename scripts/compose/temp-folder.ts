import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SESSION_PREFIX } from '../../runners/engine/session-record.ts';

const PREFIX = 'thirdwave-';
const OWNER = 'owner.json';

/** Who owns a temporary folder: a live process is recognised by pid and start time, so a recycled pid is not taken for it. */
interface Owner {
  readonly pid: number;
  readonly startTicks: string;
}

/** This run's own temporary folder, `$TMPDIR/thirdwave-<runId>`. */
export async function createTempFolder(runId: string): Promise<string> {
  const path = join(tmpdir(), `${PREFIX}${runId}`);
  await mkdir(path, { recursive: true, mode: 0o700 });
  const owner: Owner = { pid: process.pid, startTicks: (await startTicks(process.pid)) ?? '' };
  await writeFile(join(path, OWNER), JSON.stringify(owner));
  return path;
}

/** Ids of runs whose folder is still there, with whether their process lives. */
export async function knownRuns(): Promise<readonly { readonly runId: string; readonly alive: boolean; readonly path: string }[]> {
  const names = (await readdir(tmpdir()).catch(() => [])).filter((name) => name.startsWith(PREFIX) && !name.startsWith(SESSION_PREFIX));
  return Promise.all(
    names.map(async (name) => {
      const path = join(tmpdir(), name);
      const text = await readFile(join(path, OWNER), 'utf8').catch(() => undefined);
      const owner = text === undefined ? undefined : (JSON.parse(text) as Owner);
      const alive = owner !== undefined && (await startTicks(owner.pid)) === owner.startTicks;
      return { runId: name.slice(PREFIX.length), alive, path };
    }),
  );
}

export async function removeTempFolder(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
}

/** Field 22 of /proc/<pid>/stat (start time in clock ticks since boot, proc(5)); undefined: no such process. */
async function startTicks(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}
