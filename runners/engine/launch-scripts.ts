/**
 * How the private engine is held together. Three nested shells, each with one duty:
 *
 * 1. `HOLDER` (host): takes the slot's lock (kernel-held, so never stale), wipes data after an unclean end, joins the engine's cgroup,
 *    starts (2), and marks the end as clean when it was.
 * 2. `ROOT` (own mount, network and PID namespaces): builds a root file system in a tmpfs whose /usr is the bundle, pivots into it. So the
 *    daemons use the bundle's C library and tools whatever the host has, and none of their mounts, links or paths is visible to the host.
 * 3. `DAEMONS` (below tini as PID 1): containerd and dockerd, in that order.
 *
 * `setpriv --pdeathsig` and `unshare --kill-child` chain their lives: when the suite is killed, the kernel kills (1), (1)'s child, and with
 * PID 1 of the namespace every daemon, shim and container; mounts and network go with the last of them. No clean-up code is needed.
 */

/** Exit code of `HOLDER` when another live engine has the slot. */
export const SLOT_TAKEN = 75;

/**
 * Arguments: session folder, slot folder, bundle root, then the cgroup.procs files to join. `OOM_SCORE`: what the daemons have in place of the suite's
 * own protection from the out-of-memory killer; empty: they inherit nothing of the kind.
 */
export const HOLDER = `
[ -z "$OOM_SCORE" ] || echo "$OOM_SCORE" >/proc/self/oom_score_adj
session=$1 slot=$2 bundle=$3; shift 3
exec 9>"$slot/lock" || exit 1
flock -n 9 || exit ${SLOT_TAKEN}
[ -e "$slot/clean" ] || rm -rf "$slot/data"
rm -f "$slot/clean"
mkdir -p "$slot/data" || exit 1
for procs in "$@"; do echo 0 >"$procs" || exit 1; done
setpriv --pdeathsig KILL unshare --mount --net --pid --fork --kill-child=KILL --propagation private \\
  sh -c "$ROOT_SCRIPT" thirdwave-engine "$session" "$slot/data" "$bundle"
code=$?
[ $code -eq 0 ] && : >"$slot/clean"
exit $code
`;

/**
 * Arguments: session folder, data folder, bundle root. `PROGRAMS`: a line per further program (name, tab, path), visible in /run/bin.
 * On a hybrid host the daemons see cgroup v1 only: crun refuses a hybrid as long as the v2 side offers a controller, and moving that controller would
 * change the host.
 */
export const ROOT = `
set -eu
session=$1 data=$2 bundle=$3
root=$session/root
mount -t tmpfs -o mode=755 tmpfs "$root"
cd "$root"
mkdir -p usr proc sys dev etc run/thirdwave run/bin var/lib/docker host
mkdir -m 1777 tmp
ln -s usr/bin bin; ln -s usr/sbin sbin; ln -s usr/lib lib; ln -s usr/lib64 lib64; ln -s ../run var/run
mount --bind "$bundle/usr" usr
mount -o remount,bind,ro usr
mount -t proc proc proc
mount -t sysfs sysfs sys
mount --rbind /sys/fs/cgroup sys/fs/cgroup
[ ! -e sys/fs/cgroup/cgroup.controllers ] && [ -e sys/fs/cgroup/unified/cgroup.controllers ] && umount sys/fs/cgroup/unified
mount --rbind /dev dev
mount --bind "$session" run/thirdwave
mount --bind "$data" var/lib/docker
ln -s /usr/sbin/xtables-nft-multi run/bin/iptables
ln -s /usr/sbin/xtables-nft-multi run/bin/ip6tables
printf '%s' "$PROGRAMS" | while read -r name path; do
  : >"run/bin/$name"
  mount --bind "$path" "run/bin/$name"
done
echo 'root:x:0:0:root:/:/usr/bin/dash' >etc/passwd
echo 'root:x:0:' >etc/group
[ ! -e /etc/resolv.conf ] || cat /etc/resolv.conf >etc/resolv.conf
pivot_root . host
cd /
exec /usr/bin/tini -- /usr/bin/dash /run/thirdwave/daemons.sh "$session"
`;

/** Its one argument, the session folder, only marks the processes. dockerd ends first, so that it can still reach containerd; its exit code is the engine's. */
export const DAEMONS = `
export PATH=/run/bin:/usr/sbin:/usr/bin
export THIRDWAVE_SHIM_TRACE=/run/thirdwave/shared/shim-trace
umount -l /host
ip link set lo up
containerd --config /run/thirdwave/containerd.toml & containerd=$!
dockerd --config-file /run/thirdwave/daemon.json & dockerd=$!
trap 'kill -TERM $dockerd' TERM
wait $dockerd; code=$?
while kill -0 $dockerd 2>/dev/null; do wait $dockerd; code=$?; done
kill -TERM $containerd; wait $containerd
exit $code
`;

/** containerd's configuration: what Docker's own packages use, without the Kubernetes plugin. */
export const CONTAINERD_TOML = `version = 2
root = "/var/lib/docker/containerd"
state = "/run/containerd"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
  address = "/run/thirdwave/containerd.sock"
`;

/**
 * dockerd's configuration. The containerd image store is on (default of fresh installs since Docker 29, needed for wasm images); everything
 * that decides how a container starts is left at Docker's defaults. `cgroupParent` undefined: Docker's default. `runtimes`: registered besides runc.
 */
export function daemonConfig(cgroupParent: string | undefined, runtimes: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({
    hosts: ['unix:///run/thirdwave/docker.sock'],
    group: 'root',
    containerd: '/run/thirdwave/containerd.sock',
    'data-root': '/var/lib/docker',
    'exec-root': '/run/docker',
    pidfile: '/run/docker.pid',
    'exec-opts': ['native.cgroupdriver=cgroupfs'],
    features: { 'containerd-snapshotter': true },
    'shutdown-timeout': 2,
    runtimes,
    ...(cgroupParent === undefined ? {} : { 'cgroup-parent': cgroupParent }),
  });
}
