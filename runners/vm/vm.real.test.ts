import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunContext, Tool } from '../../core/model/context.ts';
import { isFound } from '../../core/model/context.ts';
import type { Workload } from '../../core/model/workload.ts';
import { realRun, type RealRun } from '../../test/real-run.ts';
import { loadBuiltinWorkload } from '../../scenarios/workloads.ts';
import type { StartSpec, Variant } from '../runner.ts';
import vm from './index.ts';
import { keepInitramfs } from './initramfs.ts';
import { tryBoot } from './kvm.ts';
import { readQemu } from './qemu-program.ts';
import { ECHO_AND_EXIT_200, FOR_EVER, ILLEGAL_INSTRUCTION, tinyElf } from './testing/tiny-elf.ts';
import { hostTscKhz } from './tsc.ts';

/** What the contract suite cannot know: how programs, kernels and monitors fail, and what reaches the program. */
let run: RealRun;
let folder: string;
beforeAll(async () => {
  run = await realRun();
  folder = join(run.context.tempDir, 'programs');
  await mkdir(folder, { recursive: true });
});
afterAll(async () => run[Symbol.asyncDispose]());

const MICROVM = microvm();

function microvm(): Variant {
  const variant = vm.variants.find(({ id }) => id === 'qemu-microvm-cloud');
  if (!variant) throw new Error('no such variant');
  return { ...variant, factors: { accel: 'tcg' } };
}

async function workloadOf(code: string, change: Partial<Workload> = {}): Promise<Workload> {
  const binary = join(folder, `${code.length}-${code.slice(0, 4)}`);
  await writeFile(binary, tinyElf(code));
  return {
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
    ...change,
  };
}

function contextWith(tools: Readonly<Record<string, Tool>>): RunContext {
  return { ...run.context, toolbox: { ...run.context.toolbox, ...tools } };
}

async function lifeOf(workload: Workload, context = run.context, limits: Partial<StartSpec> = {}) {
  await using session = await vm.open(context);
  const prepared = await session.prepare(MICROVM, workload);
  const spec = {
    trialId: 'vm-real',
    activity: 'run',
    readyTimeoutNs: 20e9,
    exitTimeoutNs: 25e9,
    signal: context.signal,
    ...limits,
  } as const;
  await using instance = await session.start(prepared, spec);
  await instance.ready();
  return await instance.exited();
}

describe('a guest', () => {
  it('hands arguments, environment and stdin to the program, keeps its outputs apart, and its exit code whole', async () => {
    const workload = await workloadOf(ECHO_AND_EXIT_200, { args: ['hello'], env: { A: 'bcd' }, stdin: new TextEncoder().encode('input ') });
    const exit = await lifeOf(workload);
    expect(Buffer.from(exit.stdout).toString()).toBe('input hello');
    expect(exit).toMatchObject({ exitCode: 200, abnormal: undefined, stderrTail: 'A=bcd' });
    expect(exit.phases.map(({ phase }) => phase)).toEqual(['spawn', 'vmm-start', 'boot', 'init', 'first-byte', 'exit', 'shutdown']);
    expect(exit.cpu).toMatchObject([{ role: 'vmm' }]);
  });

  it('says by which signal its program ended', async () => {
    const exit = await lifeOf(await workloadOf(ILLEGAL_INSTRUCTION));
    expect(exit).toMatchObject({ exitCode: undefined, abnormal: 'the program was ended by signal 4' });
  });

  it('that never answers is cut off at the time limit, with the reason where it stood, and QEMU is gone', async () => {
    const workload = await workloadOf(FOR_EVER);
    await using session = await vm.open(run.context);
    const prepared = await session.prepare(MICROVM, workload);
    const spec = { trialId: 'never', activity: 'run', readyTimeoutNs: 9e9, exitTimeoutNs: 9e9, signal: run.context.signal } as const;
    await using instance = await session.start(prepared, spec);
    await expect(instance.exited()).rejects.toMatchObject({
      code: 'timeout',
      limitNs: 9e9,
      message: expect.stringContaining('first process'),
    });
    const [vmm] = (await instance.target()).roles;
    for (const pid of vmm?.pids ?? []) expect(() => process.kill(pid, 0)).toThrow();
  });
});

describe('a guest that is held', () => {
  it('hands the bytes of its second serial port to the program, and EOT as end of file', async () => {
    const { guests } = run.host.toolbox;
    if (!isFound(guests)) throw new Error(`the workloads are not built: ${guests.missing} (${guests.remedy})`);
    await using session = await vm.open(run.context);
    const prepared = await session.prepare(MICROVM, await loadBuiltinWorkload('hold-1mib', guests.path));
    const spec = { trialId: 'vm-held', activity: 'hold', readyTimeoutNs: 20e9, exitTimeoutNs: 30e9, signal: run.context.signal } as const;
    await using instance = await session.start(prepared, spec);
    await instance.ready();
    const reply = await instance.request?.(Buffer.from('first\nsecond\n'), 2 * 'hold 1 MiB\n'.length);
    expect(reply?.sentNs).toBeLessThan(reply?.repliedNs ?? Number.NaN);
    await instance.release();
    const exit = await instance.exited();
    expect(Buffer.from(exit.stdout).toString()).toBe('hold 1 MiB\n'.repeat(3));
    expect(exit).toMatchObject({ exitCode: 0, abnormal: undefined });
  });
});

describe('a program', () => {
  it('of another architecture is refused before anything boots', async () => {
    const binary = join(folder, 'arm');
    await writeFile(binary, tinyElf(FOR_EVER, 183));
    await expect(lifeOf(await workloadOf(FOR_EVER, { artifacts: { binary } }))).rejects.toMatchObject({ code: 'architecture' });
  });
});

describe('a kernel', () => {
  it('that finds nothing to run panics, and the end of its console is the error', async () => {
    const init = join(folder, 'init');
    await writeFile(init, 'not a program');
    const exit = await lifeOf(await workloadOf(ILLEGAL_INSTRUCTION), contextWith({ vmInit: { path: init, version: 'broken' } }));
    expect(exit.abnormal).toMatch(/never reached its first process; end of its console: .*Kernel panic/s);
  });

  it('that is none is refused by QEMU, in its own words', async () => {
    const kernel = join(folder, 'kernel');
    await writeFile(kernel, 'not a kernel');
    const exit = await lifeOf(await workloadOf(ILLEGAL_INSTRUCTION), contextWith({ vmKernelCloud: { path: kernel, version: 'broken' } }));
    expect(exit.abnormal).toMatch(/^QEMU ended with 1: .*kernel/);
  });
});

describe('without QEMU', () => {
  const missing = { missing: 'QEMU is not here', remedy: 'npm run setup -- --only qemu' };

  it('every variant is unavailable, with the command that brings it', async () => {
    const found = await vm.detect(contextWith({ qemu: missing }));
    expect(Object.values(found).filter((state) => state.available)).toEqual([]);
    expect(found[MICROVM.id]).toMatchObject({ reason: missing.missing, remedy: missing.remedy });
  });

  it('a session is refused', async () => {
    await expect(vm.open(contextWith({ qemu: missing }))).rejects.toMatchObject({ code: 'qemu-unavailable', remedy: missing.remedy });
  });
});

describe('KVM', () => {
  it('is decided by a boot: what detection says is what a row gets, with the evidence', async () => {
    const state = (await vm.detect(run.context))[MICROVM.id];
    expect(state).toMatchObject({ available: true, factors: { accel: expect.stringMatching(/^(kvm|tcg)$/) } });
    if (!state?.available) return;
    expect(state.emulated).toBe(state.factors?.['accel'] === 'tcg');
    expect(state.evidence).toMatch(/booted|there is no|may not be opened|did not (reach|start)/);
  });

  it('is refused for the guest’s sake, not for the command’s: the same boot works in emulation', async () => {
    const { qemu, vmInit, vmKernelCloud } = run.context.toolbox;
    if (!isFound(vmInit) || !isFound(vmKernelCloud)) throw new Error('not prepared');
    const { path: initrd } = await keepInitramfs(run.context.cacheDir, { init: await readFile(vmInit.path) });
    const guest = { accelerator: 'tcg', kernel: vmKernelCloud.path, initrd, tscKhz: await hostTscKhz() } as const;
    expect(await tryBoot(await readQemu(qemu), guest, 15)).toMatchObject({ usable: true });
  });
});
