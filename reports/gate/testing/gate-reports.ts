import type { GateReport, GateResult } from '../../../core/model/gate-report.ts';
import { gateResult, smallGateReport, without } from './small-gate-report.ts';

const NO_NUMBERS = ['base', 'head', 'change', 'p', 'threshold', 'minimumDetectable', 'twin'] as const;

const fail = gateResult();
const pass = gateResult({
  id: 'cpu:wasmtime/jit/hello',
  gate: 'cpu',
  metric: 'cpu_time',
  verdict: 'pass',
  because: 'at most 2.1 % more CPU time (n = 20 rounds), less than the 10 % allowed',
  base: 0.0311,
  head: 0.0313,
  change: { estimate: 1.006, low: 0.991, high: 1.021, level: 0.99 },
  p: 0.31,
  n: 20,
});
const improved = gateResult({
  ...pass,
  id: 'run',
  gate: 'run',
  metric: 'run_time',
  improved: true,
  because: 'head takes 12.1 % less time (n = 10 rounds)',
  base: 1.52,
  head: 1.336,
  change: { estimate: 0.879, low: 0.851, high: 0.908, level: 0.99 },
});
const inconclusive = gateResult({
  id: 'native-cold',
  gate: 'native-cold',
  runner: 'process',
  variant: 'native',
  verdict: 'inconclusive',
  because: 'the interval reaches from −3.1 % to +14.9 % after all 40 rounds: neither inside nor beyond the 10 % allowed',
  base: 0.00112,
  head: 0.00118,
  change: { estimate: 1.054, low: 0.969, high: 1.149, level: 0.99 },
  n: 40,
  p: 0.06,
  minimumDetectable: 1.17,
});
const incomparable = gateResult({
  id: 'container-cold',
  gate: 'container-cold',
  runner: 'container',
  variant: 'runc-image',
  verdict: 'incomparable',
  because: 'the A/A twin of base differs from base by 13.0 %: this host was not steady',
  twin: { estimate: 1.13, low: 1.08, high: 1.18, level: 0.9 },
});
const incomplete = without(
  gateResult({
    id: 'memory',
    gate: 'memory',
    metric: 'memory_unreclaimable',
    unit: 'B',
    verdict: 'incomplete',
    because: 'head gave no value in any of 10 rounds: exit code 101 in 40 of 40 trials',
    n: 0,
    minEffect: 65_536,
  }),
  ...NO_NUMBERS,
);
const budgetFail = without(
  gateResult({
    id: 'budget',
    gate: 'budget',
    kind: 'budget',
    stat: 'p95',
    because: '38 of 80 starts took longer than 125 ms; with a p95 inside the limit that many happen less than once in 10⁹ runs',
    head: 0.1384,
    limit: 0.125,
    n: 80,
    p: 1e-9,
  }),
  'base',
  'change',
  'minEffect',
  'minimumDetectable',
  'twin',
);
const budgetPass = {
  ...budgetFail,
  id: 'budget-median',
  gate: 'budget-median',
  verdict: 'pass' as const,
  stat: 'median' as const,
  because: '2 of 80 starts took longer than 125 ms',
  head: 0.0884,
};
const exactFail = without(
  gateResult({
    id: 'size',
    gate: 'size',
    metric: 'artifact_bytes_wasm',
    unit: 'B',
    kind: 'exact',
    because: 'head is 10.0 % larger, more than the 1 % allowed',
    base: 1_048_576,
    head: 1_153_433,
    change: { estimate: 1_153_433 / 1_048_576 },
    limit: 1.01,
    n: 1,
    perRound: 1,
  }),
  'minEffect',
  'p',
  'threshold',
  'minimumDetectable',
  'twin',
);
const warned = { ...exactFail, id: 'size-warn', gate: 'size-warn', level: 'warn' as const };
const waived = gateResult({
  id: 'waived',
  gate: 'waived',
  runner: 'v8',
  waiver: { reason: 'wasm-opt -O4 is slower to load', issue: 'https://github.com/o/r/issues/7', expires: '2027-01-31' },
});

const waivedCrash = { ...incomplete, id: 'waived-crash', gate: 'waived-crash', waiver: { reason: 'known', expires: '2027-01-31' } };

/** Texts that would break out of a table, a tag, a workflow command, a string or a line. */
export const HOSTILE = [
  'a|b `code` <script>alert(1)</script> %0A::error::x, "q" \'s\' \\ &amp; # *b* _u_ [l](http://x) $m$ ',
  '\n::error title=x::injected\r\n\u001B[31mred\u0000\uFFFE 🚀 é',
].join('');

const hostile: readonly GateResult[] = [
  gateResult({ because: HOSTILE }),
  gateResult({ ...waived, id: 'hostile-waiver', waiver: { reason: HOSTILE, issue: HOSTILE, expires: '2027-01-31' } }),
  gateResult({ ...incomplete, id: 'hostile-incomplete', because: HOSTILE }),
  gateResult({ ...inconclusive, id: 'hostile-inconclusive', because: HOSTILE }),
];

const report = smallGateReport([]);

/** One report per verdict and kind, and two of everything: what every output is held against. */
export const GATE_REPORTS: Readonly<Record<string, GateReport>> = {
  pass: smallGateReport([pass]),
  improved: smallGateReport([pass, improved]),
  fail: smallGateReport([fail, pass]),
  inconclusive: smallGateReport([inconclusive, pass]),
  incomparable: smallGateReport([incomparable]),
  incomplete: smallGateReport([incomplete]),
  budget: smallGateReport([budgetFail, budgetPass]),
  exact: smallGateReport([exactFail]),
  warn: smallGateReport([warned, pass]),
  waived: smallGateReport([waived, pass]),
  'waived crash': smallGateReport([waivedCrash]),
  everything: smallGateReport(
    [pass, fail, improved, inconclusive, incomparable, incomplete, budgetFail, budgetPass, exactFail, warned, waived],
    { warnings: ['base and head of hello have the same digest: whatever differs is noise'] },
  ),
  baseline: smallGateReport([pass], { against: 'baseline' }),
  hostile: smallGateReport(hostile, {
    warnings: [HOSTILE],
    artifacts: report.artifacts.map((artifact) => ({ ...artifact, label: HOSTILE, digest: HOSTILE })),
    host: { ...report.host, key: HOSTILE, facts: { cpu_model: { value: HOSTILE } } },
    suite: { ...report.suite, version: HOSTILE, commit: HOSTILE },
    reproduce: `thirdwave gate --base '${HOSTILE}' \`\`\`\``,
  }),
};
