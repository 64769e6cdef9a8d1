import type { Tool, Toolbox } from '../../core/model/context.ts';
import { findDebianBase } from './debian-base.ts';
import { findPrivateEngine } from './engine.ts';
import { findNative } from './native.ts';
import { findShim } from './shim.ts';
import { findQemu } from './qemu.ts';
import { findVmInit } from './vm-init.ts';
import { findCloudKernel } from './vm-kernel-cloud.ts';
import { findSmallKernel } from './vm-kernel-small.ts';
import { findGuests } from './workloads.ts';
import { findYouki } from './youki.ts';

export { readTestTools } from './test-tools.ts';

/** Where each product of preparation is looked up. */
const FINDERS: { readonly [Name in keyof Toolbox]: (cacheDir: string) => Promise<Tool> } = {
  launcher: async (cacheDir) => findNative(cacheDir, 'thirdwave-launcher'),
  wasmHost: async (cacheDir) => findNative(cacheDir, 'thirdwave-wasm-host'),
  guests: findGuests,
  debianBase: findDebianBase,
  privateEngine: findPrivateEngine,
  shim: findShim,
  wasmRun: async (cacheDir) => findNative(cacheDir, 'thirdwave-wasm-run'),
  powerReader: async (cacheDir) => findNative(cacheDir, 'thirdwave-power-reader'),
  youki: findYouki,
  qemu: findQemu,
  vmInit: findVmInit,
  vmKernelCloud: findCloudKernel,
  vmKernelSmall: findSmallKernel,
};

/** What preparation has brought, looked up without side effects. */
export async function readToolbox(cacheDir: string): Promise<Toolbox> {
  const found = await Promise.all(Object.entries(FINDERS).map(async ([name, find]) => [name, await find(cacheDir)] as const));
  return Object.fromEntries(found) as unknown as Toolbox;
}
