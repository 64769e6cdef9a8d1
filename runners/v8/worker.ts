/**
 * The process an instance on V8 lives in: one module, one life. Started as `node --no-warnings worker.js <JSON>`. The guest's stdout is this process's
 * fd 1 (node:wasi writes it directly), so the host sees the guest's first byte as it is written.
 */
import { readFileSync, writeSync } from 'node:fs';
import { WASI } from 'node:wasi';
import { DistinctModules } from './distinct-modules.ts';
import { type Story, STORY_PREFIX, type WorkerArguments } from './protocol.ts';

const input = JSON.parse(process.argv[2] ?? '{}') as WorkerArguments;
const origin = BigInt(input.originNs);
const now = (): number => Number(process.hrtime.bigint() - origin);

/** Calls per batch and batches: a batch lasts long enough (> 0.1 ms) that the timer's resolution does not show. */
const LOOP_SIZES = {
  warm_compile: { iterations: 3, batches: 15 },
  warm_instantiate_call: { iterations: 100, batches: 30 },
  warm_call: { iterations: 50_000, batches: 30 },
} as const;

// In Node 20 a guest whose memory has grown by some 32 MiB aborts the process: node:wasi is entered by V8's fast calls, in which nothing may be collected, and
// its allocations ask for a collection then. Newer ones do not (Node 22.23, 24.9: 0 of 10 aborted; 20.20: 10 of 10). Costs 2 ms where it is needed.
if (process.versions.node.startsWith('20.')) process.getBuiltinModule('node:v8').setFlagsFromString('--no-turbo-fast-api-calls');
const workerNs = now();
const bytes = readFileSync(input.module);
const readNs = now();
const module = new WebAssembly.Module(bytes);
const compiledNs = now();
const needsWasi = WebAssembly.Module.imports(module).length > 0;
const first = newInstance();
const instantiatedNs = now();
let loops: Story['loops'] = [];
let trap: string | undefined;
try {
  if (input.activity === 'loop') loops = await runLoops(input.loopFunction ?? '');
  else process.exitCode = first.wasi.start(first.instance);
} catch (error) {
  if (!(error instanceof WebAssembly.RuntimeError)) throw error;
  trap = error.message;
}
const story: Story = { workerNs, readNs, compiledNs, instantiatedNs, returnedNs: now(), trap, loops };
writeSync(2, `${STORY_PREFIX}${JSON.stringify(story)}\n`);

function newInstance(): { wasi: WASI; instance: WebAssembly.Instance } {
  const wasi = new WASI({ version: 'preview1', args: [input.name, ...input.args], env: { ...input.env }, returnOnExit: true });
  const imports = needsWasi ? (wasi.getImportObject() as WebAssembly.Imports) : {};
  return { wasi, instance: new WebAssembly.Instance(module, imports) };
}

/** Warm loops, driven by tinybench through the suite's one adapter; the median of the batch means. */
async function runLoops(functionName: string): Promise<Story['loops']> {
  const { repeat } = await import('../../core/host/tinybench-adapter.ts');
  const nullFunction = (instance: WebAssembly.Instance): (() => void) => {
    const callee = instance.exports[functionName];
    if (typeof callee !== 'function') throw new Error(`the module exports no function “${functionName}”`);
    return callee as () => void;
  };
  const callee = nullFunction(first.instance);
  const distinct = new DistinctModules(bytes);
  const measured: Record<keyof typeof LOOP_SIZES, () => void> = {
    warm_compile: () => void new WebAssembly.Module(distinct.next()),
    warm_instantiate_call: () => nullFunction(new WebAssembly.Instance(module, {}))(),
    warm_call: callee,
  };
  const results = [];
  for (const [metric, sizes] of Object.entries(LOOP_SIZES)) {
    const secondsPerCall = await repeat({ name: metric, fn: measured[metric as keyof typeof LOOP_SIZES], ...sizes });
    results.push({ metric, secondsPerCall: middle(secondsPerCall) });
  }
  return results;
}

function middle(values: readonly number[]): number {
  const sorted = values.toSorted((x, y) => x - y);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2;
}
