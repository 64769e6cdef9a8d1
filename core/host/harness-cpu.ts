import { readFile } from 'node:fs/promises';
import { readdirSync, readFileSync } from 'node:fs';

/** As the kernel keeps them: 15 characters of `thirdwave-launcher` and `thirdwave-wasm-host`. */
const LAUNCHER_COMM = 'thirdwave-launc';
const WASM_HOST_COMM = 'thirdwave-wasm-';

export interface HarnessCpu {
  /** of this process and the launcher it has started, without what they have launched, ns */
  readonly suiteNs: number;
  /** of the processes in which Wasm instances are embedded, the instances included, ns */
  readonly wasmHostsNs: number;
}

/** CPU time of the suite itself so far. */
export async function harnessCpu(): Promise<HarnessCpu> {
  const { user, system } = process.cpuUsage();
  const helpers = await Promise.all(children().map(helperCpu));
  const of = (comm: string): number => helpers.reduce((sum, helper) => sum + (helper.comm === comm ? helper.ns : 0), 0);
  return { suiteNs: (user + system) * 1000 + of(LAUNCHER_COMM), wasmHostsNs: of(WASM_HOST_COMM) };
}

/** Pids of the children of every thread of this process (proc(5), /proc/pid/task/tid/children); none where the kernel does not tell. */
function children(): readonly string[] {
  try {
    return readdirSync('/proc/self/task').flatMap((thread) =>
      readFileSync(`/proc/self/task/${thread}/children`, 'utf8')
        .split(' ')
        .filter((pid) => pid !== ''),
    );
  } catch {
    return [];
  }
}

/** USER_HZ, which proc(5) counts in */
const TICK_NS = 1e7;

/**
 * Name of a child and its user + system time, ended threads included (fields 14 and 15 of /proc/pid/stat, ticks of 10 ms); nothing for one that has just
 * ended. Not schedstat: it knows living threads only, and the Wasm host has one per instance.
 */
async function helperCpu(pid: string): Promise<{ readonly comm: string; readonly ns: number }> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const [, comm = '', rest = ''] = /^\d+ \((.*)\) (.*)$/s.exec(text) ?? [];
  const fields = rest.split(' ').map(Number);
  return { comm, ns: ((fields[11] ?? 0) + (fields[12] ?? 0)) * TICK_NS };
}
