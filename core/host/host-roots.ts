/** Where the kernel's files are looked up. Tests pass the root of a made tree; everything else takes the default. */
export interface HostRoots {
  /** default `/proc` */
  readonly procRoot: string;
  /** default `/sys` */
  readonly sysfsRoot: string;
}

export const HOST_ROOTS: HostRoots = { procRoot: '/proc', sysfsRoot: '/sys' };
