import { counts } from '../words.ts';
import { GATE_FORMAT, GateReport, type GateResult, type GateVerdict } from '../../../core/model/gate-report.ts';

/** A relative gate on a start-up time that fails; any field may be given otherwise, and `undefined` takes one away. */
export function gateResult(overrides: Partial<GateResult> = {}): GateResult {
  return {
    id: 'wasm-cold',
    gate: 'wasm-cold',
    program: 'hello',
    runner: 'wasmtime',
    variant: 'jit',
    metric: 'cold_start',
    unit: 's',
    kind: 'relative',
    level: 'error',
    verdict: 'fail',
    because: 'head takes 14.2 % longer (n = 10 rounds), more than the 10 % allowed',
    base: 0.412,
    head: 0.471,
    change: { estimate: 1.142, low: 1.11, high: 1.175, level: 0.99 },
    limit: 1.1,
    minEffect: 0.005,
    n: 10,
    perRound: 4,
    p: 0.00021,
    threshold: 0.0033,
    minimumDetectable: 1.06,
    twin: { estimate: 1.003, low: 0.988, high: 1.018, level: 0.9 },
    ...overrides,
  };
}

/** The exit code a verdict of a gate of level error asks for (inconclusive: only where the config says so). */
const EXIT: Readonly<Record<GateVerdict, number>> = { pass: 0, fail: 10, inconclusive: 0, incomparable: 12, incomplete: 13 };
const ORDER: readonly GateVerdict[] = ['incomplete', 'incomparable', 'fail', 'inconclusive', 'pass'];

/** A report of these gates, with the verdict and the exit codes they ask for; checked against the model. */
export function smallGateReport(gates: readonly GateResult[], overrides: Partial<GateReport> = {}): GateReport {
  const counting = gates.filter(counts);
  const verdict = ORDER.find((candidate) => counting.some((gate) => gate.verdict === candidate)) ?? 'pass';
  const exitCodes = ORDER.filter((candidate) => counting.some((gate) => gate.verdict === candidate)).map((found) => EXIT[found]);
  return GateReport.parse({
    formatVersion: GATE_FORMAT,
    runId: '20261129-192000-gate-a1b2',
    config: 'gate',
    verdict,
    exitCode: EXIT[verdict],
    exitCodes: exitCodes.filter((code) => code > 0),
    against: 'base',
    alpha: 0.01,
    beta: 0.05,
    looks: [10, 20, 40],
    rounds: 20,
    gates,
    artifacts: [
      { program: 'hello', arm: 'base', runner: 'wasmtime', variant: 'jit', label: 'git:origin/main', digest: `sha256:${'0b'.repeat(32)}` },
      { program: 'hello', arm: 'head', runner: 'wasmtime', variant: 'jit', label: 'build/hello.wasm', digest: `sha256:${'4e'.repeat(32)}` },
    ],
    warnings: [],
    host: {
      key: `sha256:${'7f'.repeat(32)}`,
      keyFields: ['cpu_model', 'kernel'],
      facts: {
        cpu_model: { value: 'AMD EPYC 9R14' },
        cpu_count: { value: 2 },
        kernel: { value: '6.12.0' },
        governor: { unavailable: 'no cpufreq in this guest' },
      },
    },
    suite: { version: '0.1.0', commit: 'b5f291c0ffee', dirty: false, node: 'v24.9.0' },
    startedAt: '2026-11-29T19:20:00.000Z',
    timeToVerdictNs: 48_300_000_000,
    reproduce: 'thirdwave gate gates.yaml --base git:origin/main --seed 7',
    ...overrides,
  });
}

/** A field that is not measured is absent, as the model has it. */
export function without(gate: GateResult, ...keys: readonly (keyof GateResult)[]): GateResult {
  return Object.fromEntries(Object.entries(gate).filter(([key]) => !keys.some((gone) => gone === key))) as GateResult;
}
