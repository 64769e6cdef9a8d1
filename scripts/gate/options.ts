import { usageError } from '../../core/model/error.ts';
import { suggestion } from '../../core/plan/did-you-mean.ts';
import { GATE_OUTPUTS, type GateFormat } from '../../reports/gate/outputs.ts';
import type { CommandArguments } from '../bench.ts';
import { DEFAULT_BASELINES } from './baseline-store.ts';

/** What a gate run was asked on the command line. */
export interface GateOptions {
  /** `<artifact>`, or `<program>=<artifact>` */
  readonly base: readonly string[];
  readonly head: readonly string[];
  readonly build: string | undefined;
  readonly artifact: string | undefined;
  readonly onInconclusive: 'warn' | 'fail' | undefined;
  readonly outputs: readonly OutputWanted[];
  readonly seed: string | undefined;
  readonly results: string | undefined;
  readonly reports: string | undefined;
  /** head alone, against the accepted runs in this folder; undefined: against base */
  readonly baselines: string | undefined;
  readonly allowHostMismatch: boolean;
  readonly yes: boolean;
  readonly noSetup: boolean;
}

export interface OutputWanted {
  readonly format: GateFormat;
  readonly file: string;
}

/** @throws BenchError `usage`, exit 2 */
export function gateOptions({ values, lists }: CommandArguments): GateOptions {
  const text = (key: string): string | undefined => textOf(values[key]);
  if (values['baseline'] === true && lists['base'] !== undefined) {
    throw usageError('--base and --baseline exclude each other', 'name a base to run beside head, or judge head against stored runs');
  }
  return {
    base: lists['base'] ?? [],
    head: lists['head'] ?? [],
    build: text('build'),
    artifact: text('artifact'),
    onInconclusive: inconclusive(text('on-inconclusive')),
    outputs: (lists['out'] ?? []).map(outputOf),
    seed: text('seed'),
    results: text('results'),
    reports: text('reports'),
    baselines: values['baseline'] === true ? (text('baselines') ?? DEFAULT_BASELINES) : undefined,
    allowHostMismatch: values['allow-host-mismatch'] === true,
    yes: values['yes'] === true,
    noSetup: values['no-setup'] === true,
  };
}

function textOf(value: string | boolean | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function inconclusive(text: string | undefined): 'warn' | 'fail' | undefined {
  if (text === undefined || text === 'warn' || text === 'fail') return text;
  throw usageError(`--on-inconclusive takes warn or fail, not “${text}”`, 'fail ends with exit code 11 where a gate stays open');
}

function outputOf(text: string): OutputWanted {
  const cut = text.indexOf('=');
  const [format, file] = [text.slice(0, Math.max(cut, 0)), text.slice(cut + 1)];
  const known = Object.keys(GATE_OUTPUTS);
  const found = known.find((id): id is GateFormat => id === format);
  if (cut < 0 || file === '')
    throw usageError(`--out takes <format>=<file>, not “${text}”`, `write it like --out junit=gate.xml; formats: ${known.join(', ')}`);
  if (found === undefined) throw usageError(`--out: no format “${format}”: ${suggestion(format, known)}`, `formats: ${known.join(', ')}`);
  return { format: found, file };
}
