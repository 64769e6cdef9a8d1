import { describe, expect, it } from 'vitest';
import type { LaunchExit } from '../native/launcher.ts';
import { writeCpio } from './cpio.ts';
import { obstacleOf } from './elf.ts';
import { initramfsEntries } from './initramfs.ts';
import { abnormalEnd } from './instance.ts';
import { guestPhases, parseMarks } from './marks.ts';
import { debugExitStatus, kernelArguments, qemuCommand } from './qemu-command.ts';
import { FOR_EVER, tinyElf } from './testing/tiny-elf.ts';
import { parseTscKhz } from './tsc.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** A reader of newc archives, written from the format's description, independent of the writer. */
function readCpio(bytes: Uint8Array): { path: string; mode: number; content: string }[] {
  const archive = Buffer.from(bytes);
  const found = [];
  for (let at = 0; ;) {
    expect(archive.toString('latin1', at, at + 6)).toBe('070701');
    const field = (index: number): number => Number.parseInt(archive.toString('latin1', at + 6 + index * 8, at + 14 + index * 8), 16);
    const [mode, size, nameSize] = [field(1), field(6), field(11)];
    const path = archive.toString('utf8', at + 110, at + 110 + nameSize - 1);
    const start = Math.ceil((at + 110 + nameSize) / 4) * 4;
    if (path === 'TRAILER!!!') return found;
    found.push({ path, mode, content: archive.toString('utf8', start, start + size) });
    at = Math.ceil((start + size) / 4) * 4;
  }
}

describe('an initramfs', () => {
  const workload = { args: ['a', 'b c'], env: { X: '1' }, stdin: text('in'), holdArgs: ['hold'] };

  it('comes out of its archive as it went in, whatever the lengths of names and contents', () => {
    for (let length = 0; length < 9; length += 1) {
      const content = 'x'.repeat(length);
      const archive = writeCpio([{ path: 'd' }, { path: `d/${'n'.repeat(length + 1)}`, content: text(content), executable: true }]);
      expect(archive.length % 4).toBe(0);
      expect(readCpio(archive)).toEqual([
        { path: 'd', mode: 0o040755, content: '' },
        { path: `d/${'n'.repeat(length + 1)}`, mode: 0o100755, content },
      ]);
    }
  });

  it('holds the program, its arguments, environment and input, and is the same for the same content', () => {
    const contents = { init: text('init'), program: text('program'), workload };
    const files = Object.fromEntries(readCpio(writeCpio(initramfsEntries(contents))).map(({ path, content }) => [path, content]));
    expect(files).toMatchObject({
      init: 'init',
      'w/program': 'program',
      'w/args': '/w/program\0a\0b c\0',
      'w/env': 'X=1\0',
      'w/stdin': 'in',
    });
    expect(writeCpio(initramfsEntries(contents))).toEqual(writeCpio(initramfsEntries(contents)));
  });

  it('of a held program has its hold arguments and the mark that keeps stdin open', () => {
    const entries = initramfsEntries({ init: text('init'), program: text('program'), workload, held: true });
    const files = Object.fromEntries(readCpio(writeCpio(entries)).map(({ path, content }) => [path, content]));
    expect(files).toMatchObject({ 'w/args': '/w/program\0a\0b c\0hold\0', 'w/hold': '' });
    expect(files).not.toHaveProperty('w/stdin');
  });
});

describe('a program as the only file of a guest', () => {
  const dynamic = Buffer.from(tinyElf(FOR_EVER));
  dynamic.writeUInt32LE(3, 64);

  it('is taken where it is static', () => expect(obstacleOf(tinyElf(FOR_EVER))).toBeUndefined());
  it.each([
    ['a script', text('#!/bin/sh\necho hello'.padEnd(80)), /no interpreter/],
    ['cut off in its header', text('\x7fELF'), /no 64-bit program/],
    ['linked dynamically', dynamic, /no libraries/],
  ])('is refused where it is %s', (_, bytes, expected) => expect(obstacleOf(bytes)).toMatch(expected));
});

describe('the command of a guest', () => {
  const guest = {
    machine: 'microvm',
    accelerator: 'tcg',
    kernel: '/k',
    initrd: '/i',
    tscKhz: 2_300_000,
    stderr: '/t/stderr',
    marks: '/t,1/marks',
    console: '/t/console',
  } as const;

  it('starts with how QEMU is called here and passes every channel by its port', () => {
    const command = qemuCommand({ argv: ['/loader', '--library-path', '/lib', '/qemu'] }, guest);
    expect(command.slice(0, 4)).toEqual(['/loader', '--library-path', '/lib', '/qemu']);
    expect(command).toEqual(expect.arrayContaining(['stdio,signal=off,id=out', 'isa-debugcon,iobase=0xe9,chardev=out']));
    expect(command).toContain('file,path=/t,,1/marks,id=marks');
    expect(command.join(' ')).not.toContain('control');
  });

  it('has a second serial port only where the guest is held', () => {
    expect(qemuCommand({ argv: ['/qemu'] }, { ...guest, control: '/s' })).toContain('socket,id=control,path=/s,server=on,wait=off');
  });

  it('tells an emulated kernel the counter’s rate and lets one on hardware find it', () => {
    expect(kernelArguments(guest)).toContain('tsc_early_khz=2300000');
    expect(kernelArguments({ ...guest, accelerator: 'kvm' })).not.toContain('tsc');
  });

  it('takes the counter’s rate from bogomips, where the counter is constant', () => {
    const cpuinfo = 'cpu MHz\t\t: 1200.000\nflags\t\t: fpu tsc constant_tsc\nbogomips\t: 4599.99\n';
    expect(parseTscKhz(cpuinfo)).toBe(2_299_995);
    expect(parseTscKhz(cpuinfo.replace('constant_tsc', ''))).toBeUndefined();
  });
});

const exit: LaunchExit = {
  t0Ns: 1000,
  spawnedNs: 2e6,
  firstByteNs: 1000e6,
  exitNs: 1010e6,
  code: 1,
  signal: undefined,
  timedOut: false,
  cpuNs: 1,
  stdout: new Uint8Array(),
  stdoutTruncated: false,
  stderrTail: '',
};
// 1 MHz: a tick is a µs
const KHZ = 1000;
const MARKS = 'begin 900000\nend 900000 950000 980000 985000 exited 0\n';

describe('the phases of a boot', () => {
  it('tile the time from t0 to t2 without a gap, tied to the host’s clock by the first byte', () => {
    const phases = guestPhases(exit, parseMarks(MARKS), KHZ);
    expect(phases.map(({ phase }) => phase)).toEqual(['spawn', 'vmm-start', 'boot', 'init', 'first-byte', 'exit', 'shutdown']);
    expect(phases.map(({ endNs }) => endNs)).toEqual([2e6, 20e6, 920e6, 970e6, 1000e6, 1005e6, 1010e6]);
    expect(phases.slice(1).map(({ startNs }) => startNs)).toEqual(phases.slice(0, -1).map(({ endNs }) => endNs));
  });

  it('of a program that prints nothing are tied by its exit', () => {
    const silent = guestPhases({ ...exit, firstByteNs: undefined }, parseMarks('begin 900000\nend 900000 950000 0 985000 exited 0\n'), KHZ);
    expect(silent.at(-1)?.endNs).toBe(1010e6);
  });

  it('fall back to what the launcher saw where the counter cannot be the host’s', () => {
    const phases = guestPhases(exit, parseMarks('begin 9000000\nend 9000000 9500000 9800000 9850000 exited 0\n'), KHZ);
    expect(phases.map(({ phase }) => phase)).toEqual(['spawn', 'boot', 'exit']);
    expect(guestPhases(exit, parseMarks(''), KHZ)).toHaveLength(3);
  });
});

describe('how a guest ended', () => {
  const ended = (marks: string, change: Partial<LaunchExit> = {}, consoleTail = ''): string | undefined =>
    abnormalEnd({ ...exit, ...change }, parseMarks(marks), consoleTail);

  it('is normal where QEMU’s code and the guest’s report agree', () => {
    expect(ended(MARKS)).toBeUndefined();
    expect(ended('begin 1\nend 1 1 1 1 exited 200\n', { code: debugExitStatus(127) })).toBeUndefined();
    expect(debugExitStatus(3)).toBe(7);
  });

  it.each([
    [
      'QEMU’s own words, where it refused to start',
      ended('', { code: 1, stderrTail: 'no such machine' }),
      /QEMU ended with 1: no such machine/,
    ],
    [
      'the console’s end, where the kernel panicked',
      ended('', { code: 0 }, 'Kernel panic'),
      /never reached its first process.*Kernel panic/,
    ],
    ['the program’s absence', ended('begin 1\nfailed args 2\n', { code: 255 }), /could not start the program: args \(errno 2\)/],
    ['a panic while the program ran', ended('begin 1\n', { code: 0 }, 'Kernel panic'), /while the program ran.*Kernel panic/],
    ['the signal', ended('begin 1\nend 1 1 0 1 killed 4\n', { code: 255 }), /signal 4/],
    ['a contradiction', ended(MARKS, { code: 7 }), /ended with 7, the guest’s report says 1/],
  ])('else says %s', (_, found, expected) => expect(found).toMatch(expected));
});
