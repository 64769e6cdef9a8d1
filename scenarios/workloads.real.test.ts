import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { isFound } from '../core/model/context.ts';
import { cacheRoot } from '../scripts/setup/cache-root.ts';
import { readToolbox } from '../scripts/setup/toolbox.ts';
import { listBuiltinWorkloads, loadBuiltinWorkload } from './workloads.ts';

/** The programs alone, without runners: each form prints exactly the expected bytes, serves while its stdin is open and touches the memory it says. */

/** The flag: runners/v8/worker.ts says why. */
const WASI_HOST = `
process.getBuiltinModule('node:v8').setFlagsFromString('--no-turbo-fast-api-calls');
import { readFileSync } from 'node:fs';
import { WASI } from 'node:wasi';
const [path, ...args] = process.argv.slice(1);
const wasi = new WASI({ version: 'preview1', args: ['guest', ...args], env: {}, returnOnExit: true });
const instance = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(path)), wasi.getImportObject());
process.exitCode = wasi.start(instance);
`;

const guests = process.env['THIRDWAVE_GUESTS'] ?? (await preparedGuests());
const workloads = await Promise.all((await listBuiltinWorkloads()).map(async ({ id }) => loadBuiltinWorkload(id, guests)));
const forms = ['native', 'wasm'] as const;
const cases = workloads.flatMap((workload) => forms.map((form) => ({ name: `${workload.id} (${form})`, workload, form })));

async function preparedGuests(): Promise<string> {
  const { guests } = await readToolbox(cacheRoot());
  if (isFound(guests)) return guests.path;
  throw new Error(`the workloads are not built: ${guests.missing} (${guests.remedy})`);
}

function start({ workload, form }: (typeof cases)[number], more: readonly string[]): ChildProcess {
  const { binary = '', wasm = '' } = workload.artifacts;
  const args = [...workload.args, ...more];
  return form === 'native'
    ? spawn(binary, args, { env: {} })
    : spawn(process.execPath, ['--no-warnings', '--input-type=module', '--eval', WASI_HOST, wasm, ...args]);
}

async function finish(child: ChildProcess): Promise<{ code: number; stdout: string; stderr: string }> {
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  const [code] = (await once(child, 'close')) as [number];
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

function expectedOf({ expected }: (typeof workloads)[number]): string {
  return expected.kind === 'bytes' ? new TextDecoder().decode(expected.bytes) : '';
}

function collect(stream: ChildProcess['stdout']): { text(): string } {
  const chunks: Buffer[] = [];
  stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return { text: () => Buffer.concat(chunks).toString('utf8') };
}

describe.each(cases)('$name', (one) => {
  it('prints exactly the expected bytes and exits 0', async () => {
    const child = start(one, []);
    child.stdin?.end();
    expect(await finish(child)).toEqual({ code: 0, stdout: expectedOf(one.workload), stderr: '' });
  });
});

describe.each(cases.filter(({ workload }) => workload.holdArgs !== undefined))('$name with arguments', (one) => {
  it('held, it prints at once, waits while stdin is open and exits 0 at its end', async () => {
    const child = start(one, one.workload.holdArgs ?? []);
    const ended = finish(child);
    await once(child.stdout!, 'data');
    // One line that is not ended is no request. More than any pipe holds: the write completes only because the program reads on, and it has seen no end of file.
    const failure = await new Promise((resolve) => child.stdin!.write(Buffer.alloc(4 * 1024 * 1024), resolve));
    expect(failure ?? undefined).toBeUndefined();
    expect(child.exitCode).toBeNull();
    child.stdin!.end();
    expect(await ended).toEqual({ code: 0, stdout: expectedOf(one.workload), stderr: '' });
  });

  it('held, it does its work and prints its output once more for each line, as soon as the line is there', async () => {
    const output = expectedOf(one.workload);
    const child = start(one, one.workload.holdArgs ?? []);
    const ended = finish(child);
    let printed = '';
    child.stdout!.on('data', (chunk: Buffer) => (printed += chunk.toString('utf8')));
    for (const [index, request] of ['', '\n', 'whatever it says\n', '\n\n'].entries()) {
      child.stdin!.write(request);
      const replies = [1, 2, 3, 5][index] ?? 0;
      while (printed.length < output.length * replies) await once(child.stdout!, 'data');
      expect(printed).toBe(output.repeat(replies));
    }
    child.stdin!.end();
    expect(await ended).toEqual({ code: 0, stdout: output.repeat(5), stderr: '' });
  });

  it('refuses an argument it does not know with exit code 2 and prints nothing', async () => {
    const child = start(one, ['held']);
    child.stdin?.end();
    expect(await finish(child)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/^usage: (<.+> )?\[hold\]\n$/) });
  });
});

const PAGE_BYTES = 4096;
const MIB = 1024 * 1024;

/** Anonymous memory of a process in pages of the processor (bytes), and the contents of its largest private mapping. */
async function memoryOf(pid: number): Promise<{ readonly anonymousBytes: number; readonly largest: Buffer }> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8');
  const anonymousBytes = Number(/^Anonymous:\s+(\d+) kB$/m.exec(rollup)?.[1]) * 1024;
  const mappings = [...(await readFile(`/proc/${pid}/maps`, 'utf8')).matchAll(/^([0-9a-f]+)-([0-9a-f]+) rw-p 00000000 00:00 0/gm)]
    .map(([, from = '', to = '']) => ({ at: Number.parseInt(from, 16), bytes: Number.parseInt(to, 16) - Number.parseInt(from, 16) }))
    .toSorted((a, b) => b.bytes - a.bytes);
  const { at, bytes } = mappings[0] ?? { at: 0, bytes: 0 };
  const memory = await open(`/proc/${pid}/mem`);
  try {
    const { buffer } = await memory.read({ buffer: Buffer.alloc(bytes), position: at });
    return { anonymousBytes, largest: buffer };
  } finally {
    await memory.close();
  }
}

function pageDigests(memory: Buffer): readonly string[] {
  const pages = Array.from({ length: memory.length / PAGE_BYTES }, (_, page) =>
    memory.subarray(page * PAGE_BYTES, (page + 1) * PAGE_BYTES),
  );
  return pages.map((page) => createHash('sha256').update(page).digest('hex'));
}

describe('the memory that hold touches', () => {
  const held = cases.filter(({ workload, form }) => form === 'native' && workload.id.startsWith('hold'));

  it('grows by what its argument says, within 2 %, before it says that it is ready', async () => {
    const anonymousBytes = new Map<number, number>();
    for (const one of held) {
      const child = start(one, ['hold']);
      await once(child.stdout!, 'data');
      anonymousBytes.set(Number(one.workload.args[0]), (await memoryOf(child.pid!)).anonymousBytes);
      child.kill();
    }
    const nothing = anonymousBytes.get(0) ?? Number.NaN;
    const touched = [...anonymousBytes].filter(([mib]) => mib > 0).map(([mib, bytes]) => (bytes - nothing) / (mib * MIB));
    expect(touched).toHaveLength(4);
    for (const ratio of touched) expect(Math.abs(ratio - 1)).toBeLessThan(0.02);
  });

  it('holds no page twice, in one instance or in two, nor after a request', async () => {
    const one = held.find(({ workload }) => workload.id === 'hold-4mib')!;
    const digests: string[] = [];
    for (const requests of [0, 1]) {
      const child = start(one, ['hold']);
      for (let reply = 0; reply <= requests; reply += 1) {
        if (reply > 0) child.stdin!.write('\n');
        await once(child.stdout!, 'data');
        // What the allocator keeps for itself beside the block is a page of its own.
        digests.push(...pageDigests((await memoryOf(child.pid!)).largest).slice(0, (4 * MIB) / PAGE_BYTES));
      }
      child.kill();
    }
    expect(digests).toHaveLength((3 * 4 * MIB) / PAGE_BYTES);
    expect(new Set(digests).size).toBe(digests.length);
  });
});

describe.each(workloads.filter(({ loopFunction }) => loopFunction !== undefined))(
  '$id in warm loops',
  ({ artifacts, loopFunction = '' }) => {
    it('is a module that imports nothing and exports a function without parameters and results', async () => {
      const module = new WebAssembly.Module(await readFile(artifacts.wasm ?? ''));
      expect(WebAssembly.Module.imports(module)).toEqual([]);
      const callee = new WebAssembly.Instance(module, {}).exports[loopFunction];
      expect(callee).toBeTypeOf('function');
      expect(callee).toHaveLength(0);
      expect((callee as () => unknown)()).toBeUndefined();
    });
  },
);

describe.each(workloads)('the native form of $id', ({ artifacts }) => {
  it('is an ELF file without interpreter, so that it runs in an empty image', async () => {
    const elf = await readFile(artifacts.binary ?? '');
    expect(elf.subarray(0, 4).toString('latin1')).toBe('\u007fELF');
    expect(programHeaderTypes(elf)).not.toContain(PT_INTERP);
  });
});

const PT_INTERP = 3;

/** ELF64, little-endian: e_phoff at 32, e_phentsize at 54, e_phnum at 56. */
function programHeaderTypes(elf: Buffer): readonly number[] {
  const [offset, size, count] = [Number(elf.readBigUInt64LE(32)), elf.readUInt16LE(54), elf.readUInt16LE(56)];
  return Array.from({ length: count }, (_, index) => elf.readUInt32LE(offset + index * size));
}
