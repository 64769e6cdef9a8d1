import type { Qemu } from './qemu-program.ts';

export type Accelerator = 'kvm' | 'tcg';
export type Machine = 'microvm' | 'q35';

export const GUEST_RAM_MIB = 256;
export const GUEST_CPUS = 1;

export interface GuestSpec {
  readonly machine: Machine;
  readonly accelerator: Accelerator;
  readonly kernel: string;
  readonly initrd: string;
  /** ticks of the time stamp counter per ms; undefined: the guest has to find out */
  readonly tscKhz: number | undefined;
  /** file for what the program writes to stderr */
  readonly stderr: string;
  /** file for the marks of native/vm-init */
  readonly marks: string;
  /** file for the kernel's console */
  readonly console: string;
  /** socket whose bytes go to a held program's stdin; byte 4 is its end of file */
  readonly control?: string;
}

/** Without network, disks, graphics, USB and the pieces of a PC that a guest of this kind never uses. */
const MACHINES: Readonly<Record<Machine, string>> = {
  microvm: 'microvm,acpi=off',
  q35: 'q35,usb=off',
};

const CONTROL_PORT = 'isa-serial,chardev=control,iobase=0x2f8,irq=3';

/**
 * The whole command of one guest. Ports as in native/vm-init: 0xe9 is QEMU's stdout, whatever it is connected to (opening /dev/stdout instead fails
 * where that is a socket). Every byte is written when the guest sends it. QEMU's stderr is left to QEMU's own words.
 */
export function qemuCommand({ argv }: Pick<Qemu, 'argv'>, guest: GuestSpec): [string, ...string[]] {
  const { control } = guest;
  const options = [
    `-machine ${MACHINES[guest.machine]} -accel ${guest.accelerator} -cpu ${guest.accelerator === 'kvm' ? 'host' : 'max'}`,
    `-smp ${GUEST_CPUS} -m ${GUEST_RAM_MIB}M -nodefaults -no-user-config -display none -no-reboot`,
    '-device isa-debug-exit,iobase=0x501,iosize=2',
  ].flatMap((line) => line.split(' '));
  const console = ['-chardev', `file,id=console,path=${escaped(guest.console)}`, '-serial', 'chardev:console'];
  const held = ['-chardev', `socket,id=control,path=${escaped(control ?? '')},server=on,wait=off`, '-device', CONTROL_PORT];
  const [program, ...own] = argv;
  return [
    program,
    ...own,
    ...options,
    '-kernel',
    guest.kernel,
    '-initrd',
    guest.initrd,
    '-append',
    kernelArguments(guest),
    ...debugPort('out', 'stdio,signal=off', '0xe9'),
    ...debugPort('err', `file,path=${escaped(guest.stderr)}`, '0xea'),
    ...debugPort('marks', `file,path=${escaped(guest.marks)}`, '0xeb'),
    ...console,
    ...(control === undefined ? [] : held),
  ];
}

/**
 * `panic=-1 reboot=t`: a panic ends the guest at once (triple fault, which `-no-reboot` turns into an exit). Under emulation the kernel cannot time the
 * counter against timers that run late; told its rate, it boots (without it microvm never reached its first process, 9 of 9 tries).
 */
export function kernelArguments({ accelerator, tscKhz }: Pick<GuestSpec, 'accelerator' | 'tscKhz'>): string {
  const emulated = accelerator === 'tcg' && tscKhz !== undefined ? [`tsc_early_khz=${tscKhz}`, 'tsc=reliable'] : [];
  return ['console=ttyS0', 'quiet', 'panic=-1', 'reboot=t', ...emulated].join(' ');
}

/** The code by which QEMU ends when the guest writes `code` to isa-debug-exit (hw/misc/debugexit.c). */
export function debugExitStatus(code: number): number {
  return ((code << 1) | 1) & 0xff;
}

function debugPort(id: string, backend: string, port: string): readonly string[] {
  return ['-chardev', `${backend},id=${id}`, '-device', `isa-debugcon,iobase=${port},chardev=${id}`];
}

/** A comma ends an option's value; doubled it is part of it. */
function escaped(path: string): string {
  return path.replaceAll(',', ',,');
}
