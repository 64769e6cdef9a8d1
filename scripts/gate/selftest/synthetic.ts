import { writeFile } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { BenchError, EXIT_CODES } from '../../../core/model/error.ts';
import type { SelftestReport } from '../../../core/model/gate-selftest.ts';
import { renderSelftest, selftestPage } from '../../../reports/gate/selftest.ts';
import { type SelftestOptions, selftestSteps } from '../../../results/gate/selftest/synthetic-selftest.ts';
import { unwritable } from '../../../results/record/event-log.ts';
import type { Command } from '../../bench.ts';
import { wholeNumber } from '../../compose/plan-here.ts';
import type { Io } from '../../compose/io.ts';

const DEFAULT_RUNS = 2000;
const DEFAULT_SEED = 2026;
const HEARTBEAT_MS = 10_000;

/**
 * The rule of the gate on made noise: no engine, no preparation, the same numbers for the same seed. `--record page.md` writes the
 * page that
 * docs/gate-error-rates.md is, any other name the report as JSON. A promise that does not hold is exit 4, as for trials that failed.
 */
export const synthetic: Command['run'] = async ({ positionals, values }, io) => {
  if (positionals.length > 0) {
    const message = `--synthetic has no subjects, but ${positionals.join(' and ')} was named`;
    throw new BenchError({ code: 'usage', message, remedy: 'leave one of both out', exitCode: EXIT_CODES.usage });
  }
  const runs = wholeNumber(values['runs'], '--runs', 1) ?? DEFAULT_RUNS;
  const seed = wholeNumber(values['seed'], '--seed', 0) ?? DEFAULT_SEED;
  const report = await simulate({ runs, seed }, io);
  const file = values['record'];
  if (typeof file === 'string') await record(file, report);
  const bold = (text: string): string => (io.colour ? `\u001B[1m${text}\u001B[22m` : text);
  io.data(io.json ? JSON.stringify(report, undefined, 2) : renderSelftest(report, { width: io.width, bold }));
  return report.claims.every(({ holds }) => holds) ? EXIT_CODES.ok : EXIT_CODES.trialsFailed;
};

/** Lets go of the thread between steps, so that Ctrl-C is heard. */
async function simulate(options: SelftestOptions, io: Io): Promise<SelftestReport> {
  const steps = selftestSteps(options);
  let said = Date.now();
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    await setImmediate();
    io.signal.throwIfAborted();
    if (Date.now() - said < HEARTBEAT_MS) continue;
    said = Date.now();
    io.log.info(`  ${step.value.done} of ${step.value.all} runs`);
  }
}

async function record(file: string, report: SelftestReport): Promise<void> {
  const text = file.endsWith('.md')
    ? selftestPage(report, new Date().toISOString().slice(0, 10))
    : `${JSON.stringify(report, undefined, 2)}\n`;
  await writeFile(file, text).catch((error: unknown) => {
    throw unwritable(file, error);
  });
}
