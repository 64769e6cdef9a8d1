import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kindOfBytes, readModule, readProgram } from './artifact-kind.ts';

const ELF = Buffer.concat([Buffer.from('\x7fELF\x02\x01\x01'), Buffer.alloc(9), Buffer.from([2, 0])]);
const elfFor = (machine: number): Buffer => Buffer.concat([ELF, Buffer.from([machine, 0]), Buffer.alloc(40)]);
const MODULE = Buffer.from('0061736d01000000', 'hex');
const COMPONENT = Buffer.from('0061736d0d000100', 'hex');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'artifact-'));
});
afterAll(async () => rm(folder, { recursive: true }));

async function file(bytes: Buffer): Promise<string> {
  const path = join(folder, `${bytes.toString('hex').slice(0, 40)}-${bytes.length}`);
  await writeFile(path, bytes);
  return path;
}

describe('what a program file is', () => {
  it('shows in its first bytes', () => {
    expect([ELF, Buffer.from('#!/bin/sh\n'), MODULE, COMPONENT, Buffer.from('\0asm'), Buffer.alloc(0)].map(kindOfBytes)).toEqual([
      'elf',
      'script',
      'module',
      'component',
      'component',
      'unknown',
    ]);
  });

  it.each([
    ['not-wasm', elfFor(62)],
    ['not-wasm', Buffer.from('hello')],
    ['wasi-version', COMPONENT],
  ])('refuses as a module with %s', async (code, bytes) => {
    await expect(readModule(await file(bytes))).rejects.toMatchObject({ code, remedy: expect.any(String) as unknown });
  });

  it.each([
    ['not-executable', MODULE],
    ['not-executable', Buffer.from('hello')],
    ['architecture', elfFor(8)],
  ])('refuses as a program with %s', async (code, bytes) => {
    await expect(readProgram(await file(bytes))).rejects.toMatchObject({ code, remedy: expect.any(String) as unknown });
  });

  it('lets through what fits', async () => {
    expect(await readModule(await file(MODULE))).toEqual(MODULE);
    expect(await readProgram(await file(Buffer.from('#!/bin/sh\n')))).toEqual(Buffer.from('#!/bin/sh\n'));
    const own = elfFor(process.arch === 'arm64' ? 183 : 62);
    expect(await readProgram(await file(own))).toEqual(own);
  });
});
