/** What of a container's configuration is ours to say; everything else is the same for every container of the rungs below Docker. */
export interface ContainerDescription {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** below the root of every hierarchy; undefined: the runtime's own choice */
  readonly cgroupsPath: string | undefined;
  readonly annotations?: Readonly<Record<string, string>>;
}

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Docker's and containerd's default set (containerd: oci/spec.go, “defaultUnixCaps”). */
const CAPABILITIES = [
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_FSETID',
  'CAP_FOWNER',
  'CAP_MKNOD',
  'CAP_NET_RAW',
  'CAP_SETGID',
  'CAP_SETUID',
  'CAP_SETFCAP',
  'CAP_SETPCAP',
  'CAP_NET_BIND_SERVICE',
  'CAP_SYS_CHROOT',
  'CAP_KILL',
  'CAP_AUDIT_WRITE',
] as const;

const MASKED = ['acpi', 'asound', 'kcore', 'keys', 'latency_stats', 'timer_list', 'timer_stats', 'sched_debug', 'scsi'] as const;
const READ_ONLY = ['bus', 'fs', 'irq', 'sys', 'sysrq-trigger'] as const;

/** Mounts of `runc spec`. */
const MOUNTS = [
  { destination: '/proc', type: 'proc', source: 'proc' },
  { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'] },
  {
    destination: '/dev/pts',
    type: 'devpts',
    source: 'devpts',
    options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'],
  },
  { destination: '/dev/shm', type: 'tmpfs', source: 'shm', options: ['nosuid', 'noexec', 'nodev', 'mode=1777', 'size=65536k'] },
  { destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: ['nosuid', 'noexec', 'nodev'] },
  { destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['nosuid', 'noexec', 'nodev', 'ro'] },
  { destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup', options: ['nosuid', 'noexec', 'nodev', 'relatime', 'ro'] },
] as const;

/**
 * config.json of a container (OCI runtime specification 1.0): what `runc spec` writes, with Docker's capabilities. The same for `oci` and `containerd`, so that
 * their difference is the layer and not the configuration. Its network namespace is new and stays empty: nobody is there to set one up. No seccomp
 * profile: neither `runc spec` nor containerd's default has one, Docker has.
 */
export function runtimeConfig({ args, env, cgroupsPath, annotations }: ContainerDescription): Readonly<Record<string, unknown>> {
  return {
    ociVersion: '1.0.2',
    process: {
      terminal: false,
      user: { uid: 0, gid: 0 },
      args,
      env: [`PATH=${PATH}`, ...Object.entries(env).map(([name, value]) => `${name}=${value}`)],
      cwd: '/',
      capabilities: { bounding: CAPABILITIES, effective: CAPABILITIES, permitted: CAPABILITIES },
      rlimits: [{ type: 'RLIMIT_NOFILE', hard: 1024, soft: 1024 }],
      noNewPrivileges: true,
    },
    root: { path: 'rootfs', readonly: false },
    hostname: 'thirdwave',
    mounts: MOUNTS,
    ...(annotations === undefined ? {} : { annotations }),
    linux: {
      resources: { devices: [{ allow: false, access: 'rwm' }] },
      ...(cgroupsPath === undefined ? {} : { cgroupsPath }),
      namespaces: ['pid', 'network', 'ipc', 'uts', 'mount'].map((type) => ({ type })),
      maskedPaths: [...MASKED.map((name) => `/proc/${name}`), '/sys/firmware'],
      readonlyPaths: READ_ONLY.map((name) => `/proc/${name}`),
    },
  };
}
