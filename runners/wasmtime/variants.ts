import type { Variant } from '../runner.ts';

/**
 * Memories with no more address space than a page of Wasm and nothing behind it: what is left of an instance when address space, of which wasmtime
 * reserves 4 GiB + 32 MiB each by itself, is not what ends first. Every access is then checked by the code.
 */
const SMALL_MEMORIES = { memory_reservation: '64KiB', guard: '0B', cow: 'off' } as const;

/** Without the factors `memory_reservation`, `guard` and `cow`: wasmtime's own (4 GiB, 32 MiB, on). */
export const VARIANTS: readonly Variant[] = [
  {
    id: 'jit',
    title: 'in a live host: compile, instantiate',
    default: true,
    rung: 'instantiate',
    factors: { compile_mode: 'jit', allocator: 'on-demand' },
  },
  {
    id: 'aot',
    title: 'in a live host: load .cwasm, instantiate',
    default: true,
    rung: 'instantiate',
    factors: { compile_mode: 'aot', allocator: 'on-demand' },
    cacheState: 'pre-warmed',
  },
  {
    id: 'aot-pooled',
    title: 'in a live host: load .cwasm, instantiate from the pool',
    default: true,
    rung: 'instantiate',
    factors: { compile_mode: 'aot', allocator: 'pooling' },
    cacheState: 'pre-warmed',
  },
  {
    id: 'aot-64k',
    title: 'as aot, with 64 KiB of address space per memory',
    default: false,
    rung: 'instantiate',
    factors: { compile_mode: 'aot', allocator: 'on-demand', ...SMALL_MEMORIES },
    cacheState: 'pre-warmed',
  },
  {
    id: 'aot-pooled-64k',
    title: 'as aot-pooled, with slots of 64 KiB',
    default: false,
    rung: 'instantiate',
    factors: { compile_mode: 'aot', allocator: 'pooling', ...SMALL_MEMORIES },
    // a slot cannot grow: a program with WASI, whose memory has more than one page, does not fit
    activities: ['place', 'loop'],
    cacheState: 'pre-warmed',
  },
];
