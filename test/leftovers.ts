import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { execa } from 'execa';

/** Everything of ours that can outlive a run, in words: processes, cgroups, mounts, network namespaces, temporary files. */
export async function leftovers(): Promise<readonly string[]> {
  return [
    ...(await processes()),
    ...(await cgroups()),
    ...(await lines('/proc/mounts', (line) => line.includes('thirdwave'), 'mount')),
    ...(await networkNamespaces()),
    ...(await readdir(tmpdir())).filter((name) => /^(thirdwave-|tw-)/.test(name)).map((name) => `temporary ${name}`),
  ];
}

async function processes(): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const found = [];
  for (const pid of pids) {
    const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ');
    if (/dockerd|containerd|thirdwave-(launcher|wasm-host)|v8\/worker\.js|qemu-system|\b(crun|runc|youki) .*\brun\b/.test(command))
      found.push(`process ${pid} ${command.slice(0, 120)}`);
  }
  return found;
}

async function cgroups(): Promise<readonly string[]> {
  const { stdout } = await execa('find', ['/sys/fs/cgroup', '-type', 'd', '-path', '*thirdwave*'], { reject: false });
  return stdout === '' ? [] : stdout.split('\n').map((path) => `cgroup ${path}`);
}

async function networkNamespaces(): Promise<readonly string[]> {
  const { stdout } = await execa('ip', ['netns', 'list'], { reject: false });
  return stdout
    .split('\n')
    .filter((line) => /thirdwave|^tw-/.test(line))
    .map((line) => `network namespace ${line}`);
}

async function lines(path: string, wanted: (line: string) => boolean, kind: string): Promise<readonly string[]> {
  return (await readFile(path, 'utf8'))
    .split('\n')
    .filter(wanted)
    .map((line) => `${kind} ${line}`);
}
