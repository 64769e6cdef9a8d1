import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { restoreAbandoned, tune } from './tune.ts';
import { UNDO_FILE } from './tune-undo.ts';

const BEFORE: Readonly<Record<string, string>> = {
  'vm/max_map_count': '65530',
  'kernel/pid_max': '32768',
  'kernel/threads-max': '192730',
  'fs/nr_open': '1048576',
  'net/ipv4/neigh/default/gc_thresh3': '1024',
  'fs/inotify/max_user_instances': '128',
};

/** As root, since nobody else may ask for it; elsewhere the refusal is what there is to see. */
const IS_ROOT = process.getuid?.() === 0;

describe('--tune', () => {
  let procRoot: string;
  let cacheDir: string;
  beforeEach(async () => {
    procRoot = await mkdtemp(join(tmpdir(), 'tune-'));
    cacheDir = join(procRoot, 'cache');
    for (const [name, value] of [...Object.entries(BEFORE), ['kernel/random/boot_id', 'boot-1']] as const) {
      await mkdir(dirname(join(procRoot, 'sys', name)), { recursive: true });
      await writeFile(join(procRoot, 'sys', name), `${value}\n`);
    }
  });
  afterEach(async () => rm(procRoot, { recursive: true }));

  const values = async (): Promise<Record<string, string>> => {
    const entries = Object.keys(BEFORE).map(async (name) => [name, (await readFile(join(procRoot, 'sys', name), 'utf8')).trim()] as const);
    return Object.fromEntries(await Promise.all(entries));
  };
  const record = async (change: Record<string, unknown>): Promise<void> => {
    const text = await readFile(join(cacheDir, UNDO_FILE), 'utf8');
    await writeFile(join(cacheDir, UNDO_FILE), JSON.stringify({ ...JSON.parse(text), ...change }));
  };

  it.skipIf(IS_ROOT)('is refused without root, and nothing is changed', async () => {
    await expect(tune({ cacheDir, procRoot })).rejects.toMatchObject({ code: 'tune-refused', exitCode: 3 });
    expect(await values()).toEqual(BEFORE);
  });

  it.runIf(IS_ROOT)('raises what is too low, says so, and gives everything back', async () => {
    const tuned = await tune({ cacheDir, procRoot });
    expect(await values()).toMatchObject({ 'vm/max_map_count': '16777216', 'kernel/pid_max': '4194304', 'fs/nr_open': '1048576' });
    expect(tuned.changes).toContain('vm.max_map_count 65530 → 16777216');
    // as high already: not among the changes
    expect(tuned.changes.join()).not.toContain('nr_open');
    await tuned[Symbol.asyncDispose]();
    expect(await values()).toEqual(BEFORE);
    expect(await readdir(cacheDir)).toEqual([]);
  });

  it.runIf(IS_ROOT)('has the old values on disk before the first change: they come back after a kill -9', async () => {
    await tune({ cacheDir, procRoot });
    const gone = spawn('true');
    await once(gone, 'exit');
    await record({ pid: gone.pid, startTicks: '1' });
    const restored = await restoreAbandoned(cacheDir, procRoot);
    expect(restored).toContain('vm.max_map_count 16777216 → 65530');
    expect(await values()).toEqual(BEFORE);
    expect(await restoreAbandoned(cacheDir, procRoot)).toEqual([]);
  });

  it.runIf(IS_ROOT)('leaves alone what a run that lives has raised, and refuses to raise it twice', async () => {
    await using tuned = await tune({ cacheDir, procRoot });
    expect(tuned.changes).toHaveLength(5);
    expect(await restoreAbandoned(cacheDir, procRoot)).toEqual([]);
    await expect(tune({ cacheDir, procRoot })).rejects.toMatchObject({ code: 'tune-busy' });
    expect((await values())['vm/max_map_count']).toBe('16777216');
  });

  it.runIf(IS_ROOT)('does not overwrite what somebody else has set in the meantime', async () => {
    const tuned = await tune({ cacheDir, procRoot });
    await writeFile(join(procRoot, 'sys/vm/max_map_count'), '262144\n');
    await tuned[Symbol.asyncDispose]();
    expect(await values()).toEqual({ ...BEFORE, 'vm/max_map_count': '262144' });
  });

  it.runIf(IS_ROOT)('changes nothing on account of a record from before a reboot', async () => {
    await tune({ cacheDir, procRoot });
    await record({ pid: 2 ** 22 + 1, bootId: 'boot-0' });
    const now = await values();
    expect(await restoreAbandoned(cacheDir, procRoot)).toEqual([]);
    expect(await values()).toEqual(now);
    expect(await readdir(cacheDir)).toEqual([]);
  });

  it.runIf(IS_ROOT)('gives back what it has raised when a later limit cannot be raised', async () => {
    const file = join(procRoot, 'sys/kernel/pid_max');
    await rm(file);
    // a limit of the real kernel that not even root may write
    await symlink('/proc/sys/kernel/ngroups_max', file);
    await expect(tune({ cacheDir, procRoot })).rejects.toMatchObject({ code: 'tune-refused' });
    expect((await values())['vm/max_map_count']).toBe('65530');
    expect(await readdir(cacheDir)).toEqual([]);
  });

  it('changes nothing on the word of a damaged record, and says which file it is', async () => {
    await mkdir(cacheDir);
    await writeFile(join(cacheDir, UNDO_FILE), '{"pid":1,"values":[{"name":"../../etc/passwd","from":1,"to":2}]}');
    await expect(restoreAbandoned(cacheDir, procRoot)).rejects.toMatchObject({ code: 'tune-record' });
    expect(await values()).toEqual(BEFORE);
  });
});
