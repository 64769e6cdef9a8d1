import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readShimTrace } from './shim-trace.ts';

it('reads what a shim told of one container as phases that end, on the run’s clock and in order', async () => {
  const here = await mkdtemp(join(tmpdir(), 'trace-'));
  try {
    await mkdir(join(here, 'shim-trace'));
    const line = (name: string, atNs: number): string => `{"name":"${name}","atNs":${atNs}}\n`;
    const text = line('start-command-begun', 1010) + line('module-loaded', 1050) + line('shim-begun', 1020) + line('exit-seen', 1090);
    await writeFile(join(here, 'shim-trace', 'abc.jsonl'), text);
    const around = { engine: { shared: { here, inside: '/x' } }, originNs: 1000n };
    expect(await readShimTrace(around, 'abc')).toEqual([
      { name: 'engine-start', layer: 'engine-api', atNs: 10 },
      { name: 'shim-spawn', layer: 'containerd', atNs: 20 },
      { name: 'load', layer: 'wasm-engine', atNs: 50 },
    ]);
    expect(await readShimTrace(around, 'of-runc')).toEqual([]);
  } finally {
    await rm(here, { recursive: true });
  }
});
