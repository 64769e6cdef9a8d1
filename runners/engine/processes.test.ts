import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { descendantsOf, parseStatus, pidsWithArgument, readProcesses, startTicksOf } from './processes.ts';

const status = (name: string, parent: number, nsPids: string, state = 'S (sleeping)') =>
  `Name:\t${name}\nState:\t${state}\nPid:\t1\nPPid:\t${parent}\nNSpid:\t${nsPids}\n`;

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'made-proc-'));
  const make = async (pid: number, files: Readonly<Record<string, string>>) => {
    await mkdir(join(root, String(pid)));
    for (const [name, text] of Object.entries(files)) await writeFile(join(root, String(pid), name), text);
  };
  const stat = (comm: string) => `30 (${comm}) S ${Array.from({ length: 18 }, (_, index) => index).join(' ')} 4711 0 0`;
  await make(10, {
    status: status('sh', 1, '10'),
    cmdline: 'sh\0-c\0text with /session/a inside\0/session/a\0',
    stat: stat('sh'),
  });
  await make(20, {
    status: status('tini', 10, '20\t1'),
    cmdline: 'tini\0--\0/session/ab\0',
    stat: stat('tini'),
  });
  await make(30, { status: status('dockerd', 20, '30\t7'), cmdline: 'dockerd\0', stat: stat('a) S (b') });
  await make(40, { status: status('other', 1, '40') });
  await mkdir(join(root, '50'));
  await writeFile(join(root, 'uptime'), '1 1');
});
afterAll(async () => rm(root, { recursive: true }));

describe('the process table', () => {
  it('lists every process that can still be read, with its pid in each namespace', async () => {
    const table = await readProcesses(root);
    expect(table.map((entry) => entry.pid).toSorted((x, y) => x - y)).toEqual([10, 20, 30, 40]);
    expect(table.find((entry) => entry.pid === 30)?.namespacePids).toEqual([30, 7]);
  });

  it('finds descendants of all generations, parents first', async () => {
    expect(descendantsOf(10, await readProcesses(root)).map((entry) => entry.comm)).toEqual(['tini', 'dockerd']);
  });

  it('finds processes by a whole argument, not by a part of one', async () => {
    expect(await pidsWithArgument('/session/a', root)).toEqual([10]);
  });

  it('reads the start time behind a command name with brackets and spaces, and undefined for a process that is gone', async () => {
    expect(await startTicksOf(30, root)).toBe('4711');
    expect(await startTicksOf(99, root)).toBeUndefined();
  });

  it('knows a zombie', () => {
    expect(parseStatus(5, status('x', 1, '5', 'Z (zombie)')).zombie).toBe(true);
  });
});
