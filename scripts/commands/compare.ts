import { readFile, stat } from 'node:fs/promises';
import type { Comparison } from '../../core/model/comparison.ts';
import { type BenchError, type ExitCode, usageError } from '../../core/model/error.ts';
import { parseShare, Percent } from '../../core/model/quantity.ts';
import { renderComparison } from '../../reports/gate/compare.ts';
import type { CompareRules } from '../../results/gate/compare.ts';
import { compareHyperfine, type HyperfineFile } from '../../results/gate/compare-hyperfine.ts';
import { compareRuns, type ComparedRun } from '../../results/gate/compare-runs.ts';
import { parseHyperfine } from '../../results/gate/hyperfine.ts';
import type { Command } from '../bench.ts';
import { readModel } from '../compose/derive-run.ts';
import type { Io } from '../compose/io.ts';
import { folderOf } from '../compose/run-folder-of.ts';

/** How often a comparison may fail where nothing changed, and pass where the regression is larger than allowed: as the gate’s defaults. */
const ALPHA = 0.01;
const BETA = 0.05;

type Side = { readonly file: HyperfineFile } | { readonly run: ComparedRun };

export const command: Command = {
  options: { metric: { type: 'string' }, 'max-regression': { type: 'string' }, results: { type: 'string' } },
  async run({ positionals, values }, io) {
    const rules: CompareRules = { limit: limitOf(values['max-regression']), alpha: ALPHA, beta: BETA };
    const { metric, results } = values;
    const [nameA, nameB, ...more] = positionals;
    if (nameA === undefined || more.length > 0) throw usage('two sides are compared: run ids, or exports of hyperfine');
    const a = await sideOf(nameA, results, io);
    const b = nameB === undefined ? undefined : await sideOf(nameB, results, io);
    const found = comparisonOf(a, b, typeof metric === 'string' ? metric : undefined, rules);
    io.data(io.json ? JSON.stringify(found, undefined, 1) : renderComparison(found, { colour: io.colour, width: io.width }));
    return found.exitCode as ExitCode;
  },
};

function comparisonOf(a: Side, b: Side | undefined, metric: string | undefined, rules: CompareRules): Comparison {
  if ('file' in a && (b === undefined || 'file' in b)) {
    if (metric !== undefined && metric !== 'run_time') throw usage(`an export of hyperfine holds run_time, not “${metric}”`);
    return compareHyperfine(a.file, b?.file, rules);
  }
  if ('run' in a && b !== undefined && 'run' in b) return compareRuns(a.run, b.run, metric, rules);
  if (b === undefined) throw usage('a run is compared with another run: name both');
  throw usage('a run and an export of hyperfine are two kinds: “thirdwave export <run-id> --format hyperfine” makes one of the other');
}

/** What exists as a file is an export of hyperfine, anything else a run id. */
async function sideOf(name: string, results: string | boolean | undefined, io: Io): Promise<Side> {
  const isFile = await stat(name).then(
    (found) => found.isFile(),
    () => false,
  );
  if (isFile) return { file: { name, results: parseHyperfine(await readFile(name, 'utf8'), name) } };
  if (name.endsWith('.json')) throw usage(`there is no file ${name}`);
  const folder = await folderOf([name], results);
  const isGate = await stat(folder.file('gates')).then(
    () => true,
    () => false,
  );
  return { run: { model: await readModel(folder, io), isGate } };
}

function limitOf(text: string | boolean | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (Percent.safeParse(text).success) return 1 + parseShare(String(text));
  throw usage(`--max-regression “${String(text)}”: write it like 10%`);
}

function usage(message: string): BenchError {
  return usageError(message, 'thirdwave compare <A> <B> [--metric <id>] [--max-regression 10%]');
}
