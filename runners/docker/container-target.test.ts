import { describe, expect, it } from 'vitest';
import { parseStatus, type ProcessEntry } from '../engine/processes.ts';
import { shimPids } from './container-target.ts';

/** pid, parent, pids in the namespaces from ours inwards */
function process(pid: number, parent: number, ...inner: readonly number[]): ProcessEntry {
  return parseStatus(pid, `Name:\tp\nState:\tS\nPPid:\t${parent}\nNSpid:\t${[pid, ...inner].join('\t')}\n`);
}

const ENGINE = process(100, 90, 1);
const [DOCKERD, CONTAINERD] = [process(101, 100, 2), process(102, 101, 3)];

describe('the shim of a container', () => {
  it('is the parent of its first process, with runc', () => {
    const [shim, init, child] = [process(200, 100, 50), process(201, 200, 51, 1), process(202, 201, 52, 2)];
    expect(shimPids(init, [201, 202], [101, 102], [ENGINE, DOCKERD, CONTAINERD, shim, init, child])).toEqual([200]);
  });

  it('is both processes of a shim that forks its guest from a second one', () => {
    const [manager, forker, init] = [process(200, 100, 50), process(201, 200, 51), process(202, 201, 52)];
    expect(shimPids(init, [202], [101, 102], [ENGINE, DOCKERD, CONTAINERD, manager, forker, init])).toEqual([200, 201]);
  });

  it('ends at the host’s own first process where shims have no namespace of their own', () => {
    const [first, shim, init] = [process(1, 0), process(200, 1), process(201, 200, 1)];
    expect(shimPids(init, [201], [150], [first, shim, init])).toEqual([200]);
  });

  it('is unknown where its processes are not visible', () => {
    expect(shimPids(process(201, 0, 1), [201], [], [])).toEqual([]);
  });
});
