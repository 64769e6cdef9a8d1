import { lstatSync, mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { ENERGY_FILES } from '../../probes/energy/files.ts';
import type { EnergyFiles } from '../../probes/energy/source.ts';

/** A zone of the powercap class: its folder below devices/virtual/powercap, what is in it, and how fast it counts. */
export interface ZoneSpec {
  readonly path: string;
  readonly name: string;
  readonly rangeUj?: string;
  readonly startUj: string;
  readonly watts: number;
  /** smallest step of the counter, µJ; default 61 */
  readonly stepUj?: number;
  readonly maxPowerUw?: readonly number[];
  readonly powerLimitUw?: readonly number[];
}

export interface ChipSpec {
  readonly name: string;
  /** file → start value; `energy*` files advance by `watts` */
  readonly files: Readonly<Record<string, string>>;
  readonly watts?: number;
}

/** What a machine shows of its energy meters, as JSON; `buildTree` makes the files of it. */
export interface TreeSpec {
  readonly cpuinfo: Readonly<Record<string, string>>;
  /** `absent`: no class folder · `empty`: nothing in it · `dangling`: links into nothing; default: whole */
  readonly powercap?: 'absent' | 'empty' | 'dangling';
  readonly zones?: readonly ZoneSpec[];
  readonly chips?: readonly ChipSpec[];
  /** further lines of /proc/self/mountinfo */
  readonly mounts?: readonly string[];
  /** errno that reading a file gives whose path ends like the key: root ignores permissions, so it is put in where the kernel would give it */
  readonly errors?: Readonly<Record<string, string>>;
}

/** A made tree whose counters go on when told to. */
export class PowerTree {
  readonly root: string;
  readonly spec: TreeSpec;
  /** files whose read gives an errno, by the end of their path; a test may add some while it runs */
  readonly errors: Map<string, string>;
  #seconds = 0;

  constructor(root: string, spec: TreeSpec) {
    this.root = root;
    this.spec = spec;
    this.errors = new Map(Object.entries(spec.errors ?? {}));
  }

  get files(): EnergyFiles {
    return {
      ...ENERGY_FILES,
      read: (path) => {
        const errno = [...this.errors].find(([end]) => path.endsWith(end))?.[1];
        if (errno !== undefined) throw Object.assign(new Error(`${errno}: ${path}`), { code: errno });
        return ENERGY_FILES.read(path);
      },
    };
  }

  /** Lets every counter count on at its own power. */
  advance(seconds: number): void {
    this.#seconds += seconds;
    for (const zone of this.spec.zones ?? []) if (this.spec.powercap === undefined) this.#writeZone(zone);
    for (const [index, chip] of (this.spec.chips ?? []).entries()) this.#writeChip(index, chip);
  }

  /** Sets a counter: a reset, or the value of another. */
  set(zone: string, value: string): void {
    replace(join(this.#zoneFolder(zone), 'energy_uj'), value);
  }

  /** A zone goes, as with a package whose last CPU goes offline. */
  remove(zone: string): void {
    const folder = this.#zoneFolder(zone);
    for (const gone of (this.spec.zones ?? []).filter(({ path }) => join(this.devices, path).startsWith(folder))) {
      unlinkSync(join(this.classFolder, basename(gone.path)));
    }
    rmSync(folder, { recursive: true });
  }

  add(zone: ZoneSpec): void {
    makeZone(this.devices, this.classFolder, zone);
  }

  get devices(): string {
    return join(this.root, 'sys', 'devices', 'virtual', 'powercap');
  }

  get classFolder(): string {
    return join(this.root, 'sys', 'class', 'powercap');
  }

  #zoneFolder(zone: string): string {
    const found = this.spec.zones?.find(({ path }) => basename(path) === zone);
    if (!found) throw new Error(`the tree has no zone ${zone}`);
    return join(this.devices, found.path);
  }

  #writeZone({ path, startUj, rangeUj, watts, stepUj = 61 }: ZoneSpec): void {
    const count = BigInt(Math.floor((watts * this.#seconds * 1e6) / stepUj) * stepUj);
    const raw = BigInt(startUj) + count;
    replace(join(this.devices, path, 'energy_uj'), String(rangeUj === undefined || rangeUj === '0' ? raw : raw % BigInt(rangeUj)));
  }

  #writeChip(index: number, { files, watts = 0 }: ChipSpec): void {
    for (const [file, start] of Object.entries(files)) {
      if (!/^energy\d+_input$/.test(file)) continue;
      replace(join(chipFolder(this.root, index), file), String(BigInt(start) + BigInt(Math.round(watts * this.#seconds * 1e6))));
    }
  }
}

/** Makes the files and links below `root` as the kernel lays them out: real folders in devices/, flat links in class/. */
export function buildTree(root: string, spec: TreeSpec): PowerTree {
  const tree = new PowerTree(root, spec);
  const { devices, classFolder } = tree;
  const proc = join(root, 'proc');
  for (const folder of ['self', 'sys/kernel']) mkdirSync(join(proc, folder), { recursive: true });
  writeFileSync(join(proc, 'sys', 'kernel', 'osrelease'), '6.12.0-made\n');
  const cpuinfo = Object.entries(spec.cpuinfo).map(([name, value]) => `${name}\t: ${value}\n`);
  writeFileSync(join(proc, 'cpuinfo'), cpuinfo.join(''));
  writeFileSync(join(proc, 'self', 'mountinfo'), ['22 28 0:21 / /sys rw - sysfs sysfs rw', ...(spec.mounts ?? []), ''].join('\n'));
  mkdirSync(join(root, 'sys', 'class'), { recursive: true });
  if (spec.powercap !== 'absent') mkdirSync(classFolder, { recursive: true });
  for (const zone of spec.zones ?? []) makeZone(devices, classFolder, zone);
  if (spec.powercap === 'dangling') rmSync(devices, { recursive: true });
  for (const [index, chip] of (spec.chips ?? []).entries()) makeChip(root, index, chip);
  return tree;
}

function makeZone(devices: string, classFolder: string, zone: ZoneSpec): void {
  const folder = join(devices, zone.path);
  const parent = dirname(folder);
  const control = join(devices, zone.path.split('/')[0] ?? '');
  mkdirSync(folder, { recursive: true });
  for (const path of [control, folder]) linkOnce(relative(classFolder, path), join(classFolder, basename(path)));
  // As in the kernel: links that lead a careless walk back up, and round in a circle.
  linkOnce(relative(folder, parent), join(folder, 'device'));
  linkOnce(relative(folder, classFolder), join(folder, 'subsystem'));
  const files: Record<string, string> = { name: zone.name, enabled: '0', energy_uj: zone.startUj, uevent: '' };
  if (zone.rangeUj !== undefined) files['max_energy_range_uj'] = zone.rangeUj;
  for (const [index, power] of (zone.maxPowerUw ?? []).entries()) files[`constraint_${index}_max_power_uw`] = String(power);
  for (const [index, power] of (zone.powerLimitUw ?? []).entries()) files[`constraint_${index}_power_limit_uw`] = String(power);
  for (const [name, value] of Object.entries(files)) writeFileSync(join(folder, name), `${value}\n`);
}

function chipFolder(root: string, index: number): string {
  return join(root, 'sys', 'devices', 'virtual', 'hwmon', `hwmon${index}`);
}

function makeChip(root: string, index: number, { name, files }: ChipSpec): void {
  const folder = chipFolder(root, index);
  const classFolder = join(root, 'sys', 'class', 'hwmon');
  mkdirSync(folder, { recursive: true });
  mkdirSync(classFolder, { recursive: true });
  linkOnce(relative(classFolder, folder), join(classFolder, `hwmon${index}`));
  for (const [file, value] of Object.entries({ ...files, name })) writeFileSync(join(folder, file), `${value}\n`);
}

/** Not rmSync: in Node 24 it looks at the folder behind a link. */
function linkOnce(target: string, path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })) unlinkSync(path);
  symlinkSync(target, path);
}

/** A reader sees the old value or the new one, never half of it. */
function replace(path: string, value: string): void {
  writeFileSync(`${path}.new`, `${value}\n`);
  renameSync(`${path}.new`, path);
}
