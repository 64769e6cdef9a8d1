import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Headroom } from '../model/headroom.ts';
import type { HostRoots } from './host-roots.ts';
import { maximum, numberIn, textIn } from './kernel-number.ts';

/** BR_MAX_PORTS of net/bridge/br_private.h is 1 << 10, and number 0 is no port. */
const BRIDGE_PORTS = 1023;
/** what a subnet has that no container gets: its own address, the broadcast address */
const NOT_ASSIGNED = 2;

/**
 * What the network of the engine’s containers has a number of: ports and addresses of each bridge, entries of the neighbour table, tracked connections.
 * Read in the network namespace of the engine’s first daemon (its sysfs shows that one’s devices); of this process where there is no engine.
 */
export async function networkHeadroom(daemonPid: number | undefined, { procRoot, sysfsRoot }: HostRoots): Promise<readonly Headroom[]> {
  const processFolder = join(procRoot, daemonPid === undefined ? 'self' : String(daemonPid));
  const devices = join(daemonPid === undefined ? sysfsRoot : join(processFolder, 'root/sys'), 'class/net');
  const routes = await textIn(join(processFolder, 'net/route'));
  const rows: Headroom[] = [];
  for (const device of await readdir(devices).catch(() => [])) {
    const ports = await readdir(join(devices, device, 'brif')).catch(() => undefined);
    if (ports === undefined) continue;
    rows.push({ limit: 'bridge-ports', used: ports.length, max: BRIDGE_PORTS, origin: `ports of bridge ${device}, BR_MAX_PORTS` });
    const addresses = addressesOf(device, routes);
    // each port is one container with one address; the bridge has one itself
    if (addresses !== undefined)
      rows.push({
        limit: 'bridge-addresses',
        used: ports.length + 1,
        max: addresses,
        origin: `ports of bridge ${device} and itself, its subnet`,
      });
  }
  const neighbours = (await textIn(join(processFolder, 'net/arp'))).split('\n').filter(Boolean).length - 1;
  const most = await numberIn(join(procRoot, 'sys/net/ipv4/neigh/default/gc_thresh3'));
  if (neighbours >= 0)
    rows.push({
      limit: 'neighbours',
      used: neighbours,
      ...maximum(most),
      origin: '/proc/<pid>/net/arp, net.ipv4.neigh.default.gc_thresh3',
    });
  return [...rows, ...(await trackedConnections(processFolder, procRoot))];
}

/** Entries per network namespace: the count is a column of its own statistics (hexadecimal), the limit is shared by all (nf_conntrack-sysctl.rst). */
async function trackedConnections(processFolder: string, procRoot: string): Promise<readonly Headroom[]> {
  const [heading, first] = (await textIn(join(processFolder, 'net/stat/nf_conntrack'))).split('\n').map((line) => line.trim().split(/\s+/));
  const entries = first?.[heading?.indexOf('entries') ?? -1];
  if (entries === undefined) return [];
  const most = await numberIn(join(procRoot, 'sys/net/netfilter/nf_conntrack_max'));
  const origin = '/proc/<pid>/net/stat/nf_conntrack, net.netfilter.nf_conntrack_max';
  return [{ limit: 'conntrack', used: Number.parseInt(entries, 16), ...maximum(most), origin }];
}

/** Addresses of the subnet a device is the way to; /proc/net/route writes the mask as a little-endian hexadecimal number (proc_net_route). */
export function addressesOf(device: string, routes: string): number | undefined {
  for (const line of routes.split('\n')) {
    const [name, destination, gateway, , , , , mask] = line.split('\t');
    if (name !== device || gateway !== '00000000' || destination === '00000000' || mask === undefined) continue;
    const bits = Number.parseInt(mask, 16).toString(2).replaceAll('0', '').length;
    return 2 ** (32 - bits) - NOT_ASSIGNED;
  }
  return undefined;
}
