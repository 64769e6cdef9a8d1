import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Headroom } from '../model/headroom.ts';
import { readHeadroom } from './limits.ts';
import { memoryPressure } from './memory-pressure.ts';
import { addressesOf } from './network-limits.ts';

/** Kernel files of a host with one engine (pid 70) whose bridge has three ports, and one instance (pid 90). */
const FILES: Readonly<Record<string, string>> = {
  'proc/meminfo': 'MemTotal:       1000 kB\nMemAvailable:    400 kB\n',
  'proc/loadavg': '0.00 0.01 0.05 1/234 5678\n',
  'proc/self/mountinfo': '35 31 0:32 / ROOT/cgroup/pids rw - cgroup cgroup rw,pids\n',
  'proc/self/cgroup': '5:pids:/user\n',
  'proc/70/cgroup': '5:pids:/docker\n',
  'proc/90/cgroup': '5:pids:/docker/a\n',
  'proc/70/mountinfo': 'a\nb\nc\n',
  'proc/70/limits': 'Limit Soft Hard Units\nMax open files            1024                 4096                 files\n',
  'proc/70/fd/0': '',
  'proc/70/fd/1': '',
  'proc/70/net/route':
    'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\ndocker0\t0000A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n',
  'proc/70/net/arp': 'IP address HW type\n192.168.0.2 0x1\n192.168.0.3 0x1\n',
  'proc/70/net/stat/nf_conntrack': 'entries  clashres found\n0000001f  00000000 00000000\n0000001f  00000000 00000000\n',
  'proc/70/root/sys/class/net/docker0/brif/veth1/x': '',
  'proc/70/root/sys/class/net/docker0/brif/veth2/x': '',
  'proc/70/root/sys/class/net/docker0/brif/veth3/x': '',
  'proc/70/root/sys/class/net/lo/mtu': '65536',
  'proc/90/maps': 'one\ntwo\nthree\nfour\n',
  'proc/90/status': 'Name:\thold\nVmSize:\t    5000 kB\n',
  'proc/sys/kernel/pid_max': '32768\n',
  'proc/sys/kernel/threads-max': '190000\n',
  'proc/sys/fs/file-nr': '575\t0\t2466177\n',
  'proc/sys/fs/mount-max': '100000\n',
  'proc/sys/fs/inotify/max_user_instances': '128\n',
  'proc/sys/vm/max_map_count': '65530\n',
  'proc/sys/net/ipv4/neigh/default/gc_thresh3': '1024\n',
  'proc/sys/net/netfilter/nf_conntrack_max': '262144\n',
  'cgroup/pids/docker/pids.current': '40\n',
  'cgroup/pids/docker/pids.max': '100\n',
  'cgroup/pids/docker/a/pids.current': '2\n',
  'cgroup/pids/docker/a/pids.max': 'max\n',
  'cgroup/fleet/memory.usage_in_bytes': '4096\n',
  'cgroup/fleet/memory.limit_in_bytes': '8192\n',
};

describe('the table of limits', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'limits-'));
    for (const [name, text] of Object.entries(FILES)) {
      await mkdir(dirname(join(root, name)), { recursive: true });
      await writeFile(join(root, name), text.replaceAll('ROOT', root));
    }
    await symlink('anon_inode:inotify', join(root, 'proc/70/fd/9'));
  });
  afterEach(async () => rm(root, { recursive: true }));

  const read = async (change: Partial<Parameters<typeof readHeadroom>[0]> = {}): Promise<Map<string, Headroom>> => {
    const group = { memoryV1: join(root, 'cgroup/fleet') };
    const watched = { group, instancePids: [90], daemonPids: [70], daemonCpus: 0.5, ...change };
    const rows = await readHeadroom(watched, { procRoot: join(root, 'proc'), sysfsRoot: join(root, 'sys') });
    return new Map(rows.map((row) => [row.limit, row]));
  };

  it.each([
    ['memory-cap', 4096, 8192],
    ['host-memory', 600 * 1024, 1000 * 1024],
    ['pid-max', 234, 32_768],
    ['threads-max', 234, 190_000],
    ['pids-cgroup', 40, 100],
    ['file-handles', 575, 2_466_177],
    ['open-files-engine', 3, 1024],
    ['inotify-instances', 1, 128],
    ['max-map-count', 4, 65_530],
    ['address-space', 5000 * 1024, 2 ** 47],
    ['bridge-ports', 3, 1023],
    ['bridge-addresses', 4, 254],
    ['neighbours', 2, 1024],
    ['conntrack', 31, 262_144],
    ['mounts', 3, 100_000],
  ])('has %s: %d of %d', async (limit, used, max) => {
    expect((await read()).get(limit)).toMatchObject({ used, max });
  });

  it('says where every number comes from', async () => {
    for (const { origin } of (await read()).values()) expect(origin).not.toBe('');
  });

  it('leaves out what cannot be read, and the maximum where there is none', async () => {
    await rm(join(root, 'proc/sys/vm'), { recursive: true });
    await writeFile(join(root, 'cgroup/fleet/memory.limit_in_bytes'), '9223372036854771712\n');
    const rows = await read({ daemonPids: [], daemonCpus: undefined });
    expect(rows.get('max-map-count')?.max).toBeUndefined();
    expect(rows.get('memory-cap')?.max).toBeUndefined();
    for (const limit of ['open-files-engine', 'bridge-ports', 'daemon-cpu', 'conntrack']) expect(rows.has(limit)).toBe(false);
  });
});

describe('the addresses of a subnet', () => {
  it('are those of its mask without the network’s and the broadcast address', () => {
    const route = (mask: string): string => `docker0\t000011AC\t00000000\t0001\t0\t0\t0\t${mask}\t0\t0\t0\n`;
    expect(addressesOf('docker0', route('0000FFFF'))).toBe(65_534);
    expect(addressesOf('docker0', route('F0FFFFFF'))).toBe(14);
    expect(addressesOf('eth0', route('0000FFFF'))).toBeUndefined();
  });
});

describe('memory pressure', () => {
  it('is a share, and undefined where the kernel does not measure it', async () => {
    const root = await mkdtemp(join(tmpdir(), 'psi-'));
    try {
      expect(await memoryPressure(root)).toBeUndefined();
      await mkdir(join(root, 'pressure'));
      await writeFile(
        join(root, 'pressure/memory'),
        'some avg10=12.50 avg60=0.10 avg300=0.00 total=5\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n',
      );
      expect(await memoryPressure(root)).toBe(0.125);
    } finally {
      await rm(root, { recursive: true });
    }
  });
});
