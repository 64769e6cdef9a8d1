import type { Toolbox } from '../../core/model/context.ts';
import { findDebianBase } from './debian-base.ts';
import { findPrivateEngine } from './engine.ts';
import { findNative } from './native.ts';
import { findGuests } from './workloads.ts';

export { readTestTools } from './test-tools.ts';

/** What preparation has brought, looked up without side effects. */
export async function readToolbox(cacheDir: string): Promise<Toolbox> {
  const [launcher, wasmHost, guests, debianBase, privateEngine] = await Promise.all([
    findNative(cacheDir, 'thirdwave-launcher'),
    findNative(cacheDir, 'thirdwave-wasm-host'),
    findGuests(cacheDir),
    findDebianBase(cacheDir),
    findPrivateEngine(cacheDir),
  ]);
  return { launcher, wasmHost, guests, debianBase, privateEngine };
}
