import { readFile } from 'node:fs/promises';
import { readdirSync, readFileSync } from 'node:fs';

/** As the kernel keeps it: 15 characters of `thirdwave-launcher`. */
const LAUNCHER_COMM = 'thirdwave-launc';

/** CPU time of the suite itself, ns: this process and the launcher it has started; without what they have launched. */
export async function harnessCpuNs(): Promise<number> {
  const { user, system } = process.cpuUsage();
  const launchers = await Promise.all(children().map(launcherCpuNs));
  return (user + system) * 1000 + launchers.reduce((sum, ns) => sum + ns, 0);
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

/** Time on a CPU of all threads of a launcher (first number of schedstat, ns); 0 for any other process, or one that has just ended. */
async function launcherCpuNs(pid: string): Promise<number> {
  try {
    if ((await readFile(`/proc/${pid}/comm`, 'utf8')).trim() !== LAUNCHER_COMM) return 0;
    return readdirSync(`/proc/${pid}/task`)
      .map((thread) => Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]))
      .reduce((sum, ns) => sum + ns, 0);
  } catch {
    return 0;
  }
}
