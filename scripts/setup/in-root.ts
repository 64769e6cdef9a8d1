import { NO_MOUNT_TABLE } from '../../core/host/no-mount-table.ts';
import { BenchError } from '../../core/model/error.ts';
import { type LoggedCommand, runLogged } from './run-logged.ts';

export interface InRootOptions extends Omit<LoggedCommand, 'argv' | 'cwd' | 'env'> {
  /** host folders or files made visible inside; `to` must exist in the root (bundles have /build, /mnt, /tmp) */
  readonly binds?: readonly { readonly from: string; readonly to: string; readonly readOnly?: boolean }[];
  /** absolute folder inside the root; default `/` */
  readonly cwd?: string;
  /** the whole environment; PATH and HOME have defaults */
  readonly env?: Readonly<Record<string, string>>;
}

const DEFAULT_ENVIRONMENT = { PATH: '/usr/sbin:/usr/bin', HOME: '/root', LC_ALL: 'C.UTF-8', ...NO_MOUNT_TABLE };

/**
 * Runs inside a mount namespace that ends with the command, so nothing is ever left mounted. Arguments: root, working folder, number of
 * binds, then from/to/mode triples, then the command. The last line is a chroot that needs no shell inside.
 */
const SCRIPT = `
set -eu
root=$1 folder=$2 binds=$3; shift 3
mount --bind "$root" "$root"
mount --rbind /dev "$root/dev"
mount --rbind /proc "$root/proc"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
while [ "$binds" -gt 0 ]; do
  mount --bind "$1" "$root$2"
  [ "$3" = rw ] || mount -o remount,bind,ro "$root$2"
  shift 3; binds=$((binds - 1))
done
exec unshare --root "$root" --wd "$folder" "$@"
`;

/**
 * Runs a command inside an unpacked root: as root in a private mount namespace, else in a user namespace where the kernel allows one.
 * @returns its standard output
 * @throws BenchError `command-failed`; `no-namespaces` where neither is possible
 */
export async function inRoot(root: string, argv: readonly [string, ...string[]], options: InRootOptions): Promise<string> {
  const { binds = [], cwd = '/', env, ...logged } = options;
  const triples = binds.flatMap(({ from, to, readOnly }) => [from, to, readOnly === true ? 'ro' : 'rw']);
  return runLogged({
    ...logged,
    argv: [...(await namespaceCommand(options)), 'sh', '-c', SCRIPT, 'in-root', root, cwd, String(binds.length), ...triples, ...argv],
    env: { ...DEFAULT_ENVIRONMENT, ...env },
  });
}

/** Why `inRoot` cannot work here, or undefined when it can. */
export async function inRootObstacle(call: Pick<LoggedCommand, 'signal' | 'logPath'>): Promise<BenchError | undefined> {
  try {
    await namespaceCommand(call);
    return undefined;
  } catch (error) {
    if (error instanceof BenchError) return error;
    throw error;
  }
}

async function namespaceCommand({ signal, logPath }: Pick<LoggedCommand, 'signal' | 'logPath'>): Promise<[string, ...string[]]> {
  const command: [string, ...string[]] =
    process.getuid?.() === 0
      ? ['unshare', '--mount', '--propagation', 'private']
      : ['unshare', '--map-root-user', '--mount', '--propagation', 'private'];
  try {
    await runLogged({ argv: [...command, 'true'], signal, logPath });
    return command;
  } catch (error) {
    signal.throwIfAborted();
    throw new BenchError({
      code: 'no-namespaces',
      message:
        process.getuid?.() === 0
          ? 'this host refuses mount namespaces (a container without CAP_SYS_ADMIN?)'
          : 'this host refuses unprivileged user namespaces',
      remedy:
        process.getuid?.() === 0
          ? 'run on the host, or in a privileged container'
          : 'run as root, or: sudo sysctl -w kernel.unprivileged_userns_clone=1',
      cause: error,
    });
  }
}
