import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isFound, type RunContext } from '../../core/model/context.ts';
import type { Workload } from '../../core/model/workload.ts';
import { realRun, type RealRun } from '../../test/real-run.ts';
import cloudHypervisor from '../cloud-hypervisor/index.ts';
import firecracker from '../firecracker/index.ts';
import { sendAll } from '../firecracker/api.ts';
import type { ExitFacts, Runner } from '../runner.ts';
import { openLauncher } from '../native/launcher.ts';
import { keepInitramfs } from './initramfs.ts';
import { splitSerial } from './marks.ts';
import { readQemu } from './qemu-program.ts';
import { SERIAL_KERNEL_ARGUMENTS } from './serial-monitor.ts';
import { ECHO_AND_EXIT_200, FOR_EVER, tinyElf } from './testing/tiny-elf.ts';
import { hostTscKhz } from './tsc.ts';

/**
 * The drivers of monitors that no machine of ours can run, against programs that check every option and request as the published interface
 * describes it. What these tests cannot show is said in docs/vm.md.
 */
let run: RealRun;
let context: RunContext;
let workload: Workload;
const path = process.env['PATH'];
beforeAll(async () => {
  run = await realRun();
  const file = join(run.context.tempDir, 'file');
  const binary = join(run.context.tempDir, 'program');
  await writeFile(file, 'a file');
  await writeFile(binary, tinyElf(FOR_EVER));
  const toolbox = { ...run.context.toolbox, vmKernelSmall: { path: file, version: 'double' }, vmInit: { path: file, version: 'double' } };
  context = { ...run.context, toolbox };
  workload = {
    id: 'tiny',
    source: 'user',
    artifacts: { binary },
    args: [],
    env: {},
    stdin: undefined,
    expected: { kind: 'nothing' },
    holdArgs: undefined,
    loopFunction: undefined,
    versions: {},
  };
});
afterAll(async () => {
  process.env['PATH'] = path;
  await run[Symbol.asyncDispose]();
});

const DOUBLES = {
  firecracker: fileURLToPath(new URL('../firecracker/testing/double.mjs', import.meta.url)),
  'cloud-hypervisor': fileURLToPath(new URL('../cloud-hypervisor/testing/double.mjs', import.meta.url)),
};

/** One life with the double on PATH under the monitor's name, behaving in this way. */
async function lifeOf(runner: Runner, name: keyof typeof DOUBLES, behaviour: string, readyTimeoutNs = 20e9): Promise<ExitFacts> {
  const folder = join(run.context.tempDir, `${name}-${behaviour}`);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, name), `#!/bin/sh\nexec ${process.execPath} ${DOUBLES[name]} ${behaviour} "$@"\n`);
  await chmod(join(folder, name), 0o755);
  process.env['PATH'] = `${folder}:${path ?? ''}`;
  await using session = await runner.open(context);
  const [variant] = runner.variants;
  if (!variant) throw new Error('no variant');
  const prepared = await session.prepare(variant, workload);
  expect(prepared.versions[name]).toMatch(/double/);
  const spec = { trialId: 'monitor', activity: 'run', readyTimeoutNs, exitTimeoutNs: readyTimeoutNs, signal: context.signal } as const;
  await using instance = await session.start(prepared, spec);
  await instance.ready();
  return await instance.exited();
}

describe('Firecracker, by its API', () => {
  it('is configured, started, read and left', async () => {
    const exit = await lifeOf(firecracker, 'firecracker', 'boot');
    expect(Buffer.from(exit.stdout).toString()).toBe('hello\n');
    expect(exit).toMatchObject({ exitCode: 3, abnormal: undefined });
    expect(exit.t1Ns).toBeGreaterThan(exit.t0Ns);
  });

  it('that prints nothing has an exit and no first byte', async () => {
    expect(await lifeOf(firecracker, 'firecracker', 'silent')).toMatchObject({ t1Ns: undefined, exitCode: 0, abnormal: undefined });
  });

  it('whose kernel panics says so with the console’s words', async () => {
    expect((await lifeOf(firecracker, 'firecracker', 'panic')).abnormal).toMatch(/never reached its first process.*Kernel panic/);
  });

  it('that ends before it answers, or never answers, is an error and no hang', async () => {
    await expect(lifeOf(firecracker, 'firecracker', 'die')).rejects.toMatchObject({ code: 'vmm-ended' });
    await expect(lifeOf(firecracker, 'firecracker', 'mute', 2e9)).rejects.toMatchObject({
      code: expect.stringMatching(/timeout|vmm-ended/),
    });
  });

  it('refuses what its description does not know, and its own words reach the reader', async () => {
    const folder = join(run.context.tempDir, 'refusal');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'log'), '');
    const { execFile } = await import('node:child_process');
    const options = ['--api-sock', join(folder, 'api'), '--log-path', join(folder, 'log'), '--level', 'Warning'];
    const child = execFile(process.execPath, [DOUBLES.firecracker, 'boot', ...options]);
    const gone = new Promise((resolve) => child.once('exit', resolve));
    const send = async (route: string, body: Record<string, unknown>): Promise<void> =>
      sendAll(join(folder, 'api'), [{ path: route, body }], gone, 5e9);
    try {
      await expect(send('/boot-source', { kernel: '/k' })).rejects.toMatchObject({
        code: 'vmm-refused',
        message: /unknown field `kernel`/,
      });
      await expect(send('/nowhere', {})).rejects.toMatchObject({ code: 'vmm-refused' });
      await expect(send('/actions', { action_type: 'InstanceStart' })).rejects.toMatchObject({ message: /without kernel/ });
    } finally {
      child.kill('SIGKILL');
      await gone;
    }
  });
});

describe('Cloud Hypervisor, by its command line', () => {
  it('is started, read and left', async () => {
    const exit = await lifeOf(cloudHypervisor, 'cloud-hypervisor', 'boot');
    expect(Buffer.from(exit.stdout).toString()).toBe('hello\n');
    expect(exit).toMatchObject({ exitCode: 3, abnormal: undefined });
  });

  it('that cannot start says why in its own words', async () => {
    expect((await lifeOf(cloudHypervisor, 'cloud-hypervisor', 'die')).abnormal).toMatch(/ended with 1: error: cannot open \/dev\/kvm/);
  });
});

describe('a guest with one serial line for all', () => {
  it('puts the program’s output on it, one mark behind it, and ends by a reboot', async () => {
    const { vmInit, vmKernelCloud, qemu } = run.context.toolbox;
    if (!isFound(vmInit) || !isFound(vmKernelCloud)) throw new Error('not prepared');
    const program = tinyElf(ECHO_AND_EXIT_200);
    const hello = { ...workload, args: ['hello'], env: { A: 'bcd' }, stdin: new TextEncoder().encode('input ') };
    const contents = { init: await readFile(vmInit.path), program, workload: hello, serial: true };
    const { path: initrd } = await keepInitramfs(run.context.cacheDir, contents);
    const { argv, env } = await readQemu(qemu);
    await using launcher = await openLauncher(run.context);
    const append = `${SERIAL_KERNEL_ARGUMENTS} tsc_early_khz=${await hostTscKhz()} tsc=reliable`;
    const options = '-machine q35,usb=off -accel tcg -cpu max -m 256M -nodefaults -no-user-config -display none -no-reboot';
    const serial = ['-chardev', 'stdio,id=line,signal=off', '-serial', 'chardev:line'];
    const launched = await launcher.launch({
      argv: [...argv, ...options.split(' '), ...serial, '-kernel', vmKernelCloud.path, '-initrd', initrd, '-append', append],
      env,
      stdin: { kind: 'empty' },
      cgroupProcsFiles: [],
      readyTimeoutNs: 15e9,
      exitTimeoutNs: 15e9,
    });
    const exit = await launched.exited;
    const { output, story } = splitSerial(exit.stdout);
    expect(Buffer.from(output).toString()).toBe('input hello');
    expect(story.end).toMatchObject({ killed: false, code: 200 });
    expect(exit).toMatchObject({ code: 0, timedOut: false });
  });
});

describe.each([
  ['firecracker', firecracker],
  ['cloud-hypervisor', cloudHypervisor],
])('without its program, %s', (_, runner) => {
  it('is unavailable, and says what to put where', async () => {
    process.env['PATH'] = '/nowhere';
    const states = Object.values(await runner.detect(context));
    expect(states).toMatchObject([{ available: false, reason: 'its program is not on PATH', remedy: expect.stringContaining('on PATH') }]);
  });
});
