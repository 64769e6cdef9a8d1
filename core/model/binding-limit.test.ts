import { describe, expect, it } from 'vitest';
import { type Ending, nameLimit } from './binding-limit.ts';
import type { Headroom } from './headroom.ts';

const QUIET = { kills: 0, full: false, hostKills: 0 };

function ending(text: string, change: Partial<Ending> = {}): Ending {
  return { what: 'launch', text, cap: QUIET, headroom: [], ...change };
}

function row(limit: string, used: number, max?: number): Headroom {
  return { limit, used, ...(max === undefined ? {} : { max }), origin: `${limit}'s file` };
}

describe('the limit that ended a ramp', () => {
  // Words as reported by users: moby/moby #32484, #31100, #9868; wasmtime #7637, #8607; crun #635; contrast #887; kubernetes #79466.
  it.each([
    [
      "no available IPv4 addresses on this network's address pools: bridge (e8c2e6bfda48f05b7934de434d00d59c4f73b7fe4263c9d1de33f492b7f5d761)",
      'bridge-addresses',
    ],
    [
      'endpoint create on GW Network failed: failed to create endpoint gateway_27bd4b870733 on network docker_gwbridge: adding interface vethaa5c11e to bridge docker_gwbridge failed: exchange full',
      'bridge-ports',
    ],
    ['Creating watcher returned error too many open files: unknown', 'inotify-instances'],
    ['OSError: Cannot initialize new instance of inotify, Errno=Too many open files (EMFILE)', 'inotify-instances'],
    ['accept4: too many open files', 'open-files'],
    ['socket: No file descriptors available', 'open-files'],
    ['open /proc/1/stat: too many open files in system', 'file-handles'],
    ['runtime/cgo: pthread_create failed: Resource temporarily unavailable', 'pids'],
    ['failed to exec du - fork/exec /usr/bin/nice: resource temporarily unavailable', 'pids'],
    ['clone: Resource temporarily unavailable (os error 11)', 'pids'],
    ['failed to add watch: inotify_add_watch: no space left on device', 'inotify-watches'],
    ['maximum concurrent core instance limit of 1000 reached', 'pool-size'],
    ['maximum concurrent limit of 1000 for cores instances reached', 'pool-size'],
  ])('is told by the words “%s”: %s', (text, limit) => {
    expect(nameLimit(ending(text))).toEqual({ limit, evidence: text });
  });

  it('is the number of mappings when mmap finds no memory while a process has all that it may have, and the table is part of the evidence', () => {
    const text = 'mmap failed to reserve 0x5dc80000000 bytes: Cannot allocate memory (os error 12)';
    const met = nameLimit(ending(text, { headroom: [row('max-map-count', 65_529, 65_530), row('host-memory', 1, 10)] }));
    expect(met.limit).toBe('max-map-count');
    expect(met.evidence).toContain(text);
    expect(met.evidence).toContain('max-map-count 65529 of 65530');
  });

  it('is the address space when the mappings are few and the addresses used up', () => {
    const headroom = [row('max-map-count', 900, 65_530), row('address-space', 0.97 * 2 ** 47, 2 ** 47)];
    expect(nameLimit(ending('mmap failed: Cannot allocate memory (os error 12)', { headroom })).limit).toBe('address-space');
  });

  it('stays a launch failure with its exact words when nothing tells why mmap failed', () => {
    const text = 'mmap failed to reserve 0x3efd2000000 bytes: Cannot allocate memory (os error 12)';
    const headroom = [row('max-map-count', 900, 65_530), row('address-space', 1e9, 2 ** 47), row('host-memory', 1, 10)];
    expect(nameLimit(ending(text, { headroom }))).toEqual({ limit: 'launch-failure', evidence: text });
  });

  it('stays a launch failure for words nobody knows, however full a table may be', () => {
    const text = 'failed to create shim task: OCI runtime create failed: the moon is full';
    expect(nameLimit(ending(text, { headroom: [row('pid-max', 100, 100)] }))).toEqual({ limit: 'launch-failure', evidence: text });
  });

  it('is the memory cap when the kernel has ended a process of the group, whatever the runtime says', () => {
    const text = "runc create failed: unable to start container process: can't get final child's PID from pipe: EOF: unknown";
    const named = nameLimit(ending(text, { cap: { kills: 1, full: true, hostKills: 1 } }));
    expect(named.limit).toBe('memory-cap');
    expect(named.evidence).toContain('one process of the fleet’s group ended');
  });

  it('is the memory cap when the ended process took its own group along, and only the host still counts it', () => {
    expect(nameLimit(ending('signal 9', { what: 'died', cap: { kills: 0, full: true, hostKills: 1 } })).limit).toBe('memory-cap');
    expect(nameLimit(ending('signal 9', { what: 'died' })).limit).toBe('instance-died');
  });

  it('is the memory cap when crun says so and the limit was met', () => {
    const text = 'OOM: the memory limit could be too low: read from the init process';
    expect(nameLimit(ending(text, { cap: { kills: 0, full: true, hostKills: 0 } })).limit).toBe('memory-cap');
    expect(nameLimit(ending(text)).limit).toBe('launch-failure');
  });

  it('is the nearest of several limits that the same words may mean', () => {
    const headroom = [row('pid-max', 32_000, 32_768), row('threads-max', 32_000, 190_000), row('pids-cgroup', 3999, 4000)];
    expect(nameLimit(ending('fork: Resource temporarily unavailable', { headroom })).limit).toBe('pids-cgroup');
    const files = [row('open-files-suite', 1020, 1024), row('open-files-engine', 20, 1_048_576)];
    expect(nameLimit(ending('spawn EMFILE: too many open files', { headroom: files })).limit).toBe('open-files-suite');
  });

  it('is the mounts only where there are as many as may be', () => {
    const text = 'failed to mount overlay: no space left on device';
    expect(nameLimit(ending(text, { headroom: [row('mounts', 99_990, 100_000)] })).limit).toBe('mounts');
    expect(nameLimit(ending(text, { headroom: [row('mounts', 900, 100_000)] })).limit).toBe('launch-failure');
  });

  it('is the daemons’ CPU time when a start takes too long while they keep all CPUs busy', () => {
    expect(nameLimit(ending('no first byte within 30 s', { headroom: [row('daemon-cpu', 1.95, 2)] })).limit).toBe('daemon-cpu');
    expect(nameLimit(ending('no first byte within 30 s', { headroom: [row('daemon-cpu', 0.4, 2)] })).limit).toBe('launch-failure');
  });

  it('is what was measured where something was measured', () => {
    expect(nameLimit(ending('p95 was 9 ms', { what: 'answer-time' }))).toEqual({ limit: 'answer-time', evidence: 'p95 was 9 ms' });
    expect(nameLimit(ending('below the floor', { what: 'memory-floor' })).limit).toBe('host-memory');
  });
});
