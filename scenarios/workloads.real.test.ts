import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { isFound } from '../core/model/context.ts';
import { cacheRoot } from '../scripts/setup/cache-root.ts';
import { readToolbox } from '../scripts/setup/toolbox.ts';
import { listBuiltinWorkloads, loadBuiltinWorkload, readExpected } from './workloads.ts';

/** The programs alone, without runners: each form prints exactly the expected bytes, and stays alive exactly as long as its stdin is open. */

const WASI_HOST = `
import { readFileSync } from 'node:fs';
import { WASI } from 'node:wasi';
const [path, ...args] = process.argv.slice(1);
const wasi = new WASI({ version: 'preview1', args: ['guest', ...args], env: {}, returnOnExit: true });
const instance = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(path)), wasi.getImportObject());
process.exitCode = wasi.start(instance);
`;

const guests = process.env['THIRDWAVE_GUESTS'] ?? (await preparedGuests());
const workloads = await Promise.all((await listBuiltinWorkloads()).map(async (id) => loadBuiltinWorkload(id, guests)));
const forms = ['native', 'wasm'] as const;
const cases = workloads.flatMap((workload) => forms.map((form) => ({ name: `${workload.id} (${form})`, workload, form })));

async function preparedGuests(): Promise<string> {
  const { guests } = await readToolbox(cacheRoot());
  if (isFound(guests)) return guests.path;
  throw new Error(`the workloads are not built: ${guests.missing} (${guests.remedy})`);
}

function start({ workload, form }: (typeof cases)[number], args: readonly string[]): ChildProcess {
  const { binary = '', wasm = '' } = workload.artifacts;
  return form === 'native'
    ? spawn(binary, args, { env: {} })
    : spawn(process.execPath, ['--no-warnings', '--input-type=module', '--eval', WASI_HOST, wasm, ...args]);
}

async function finish(child: ChildProcess): Promise<{ code: number; stdout: string; stderr: string }> {
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  const [code] = (await once(child, 'close')) as [number];
  return { code, stdout: stdout.text(), stderr: stderr.text() };
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
    expect(await finish(child)).toEqual({ code: 0, stdout: (await readExpected(one.workload.id)).stdout, stderr: '' });
  });
});

describe.each(cases.filter(({ workload }) => workload.holdArgs !== undefined))('$name with arguments', (one) => {
  it('held, it prints at once, waits while stdin is open and exits 0 at its end', async () => {
    const child = start(one, one.workload.holdArgs ?? []);
    const ended = finish(child);
    await once(child.stdout!, 'data');
    // More than any pipe holds: the write completes only because the program reads on, and it has seen no end of file.
    const failure = await new Promise((resolve) => child.stdin!.write(Buffer.alloc(4 * 1024 * 1024), resolve));
    expect(failure ?? undefined).toBeUndefined();
    expect(child.exitCode).toBeNull();
    child.stdin!.end();
    expect(await ended).toEqual({ code: 0, stdout: (await readExpected(one.workload.id)).stdout, stderr: '' });
  });

  it('refuses an argument it does not know with exit code 2 and prints nothing', async () => {
    const child = start(one, ['held']);
    child.stdin?.end();
    expect(await finish(child)).toMatchObject({ code: 2, stdout: '', stderr: 'usage: [hold]\n' });
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
