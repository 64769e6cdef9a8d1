import { appendFile, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { BenchError, EXIT_CODES } from '../../../core/model/error.ts';
import type { SelftestRun } from '../../../core/model/gate-series.ts';
import { parseShare, Percent } from '../../../core/model/quantity.ts';
import { loadProbes } from '../../../probes/registry.ts';
import { seriesTable } from '../../../reports/gate/series.ts';
import { unwritable } from '../../../results/record/event-log.ts';
import type { Command } from '../../bench.ts';
import { lookAtHost } from '../../compose/host.ts';
import { wholeNumber } from '../../compose/plan-here.ts';
import { openRun } from '../../compose/run-context.ts';
import type { Io } from '../../compose/io.ts';
import { prepareRunners } from '../prepare-runners.ts';
import { runSeries, type SeriesAsked } from './series.ts';
import { type Injection, INJECTIONS, parseSubject } from './subjects.ts';
import { synthetic } from './synthetic.ts';

const DEFAULT_RUNS = 20;

/** How often the gate is wrong, and what it finds: on made noise without an engine, or on this host with the subjects named. */
export const selftest: Command['run'] = async (arguments_, io) => {
  const { positionals, values } = arguments_;
  if (positionals.length === 0 || values['synthetic'] === true) return synthetic(arguments_, io);
  const runs = wholeNumber(values['runs'], '--runs', 1) ?? DEFAULT_RUNS;
  const seed = wholeNumber(values['seed'], '--seed', 0) ?? Math.floor(Math.random() * 2 ** 31);
  const injection = injectionOf(values['kind'], values['inject']);
  const effects = injection === 'none' ? [0] : effectsOf(values['inject']);
  const runners = positionals.map((name) => name.split('/')[0] ?? '');
  await prepareRunners({ runners, builtin: true, yes: values['yes'] === true, skip: values['no-setup'] === true }, io);
  const host = await lookAtHost(io);
  const subjects = positionals.map((name) => parseSubject(name, host));
  const asked = subjects.flatMap((subject) =>
    effects.map((effect): SeriesAsked => ({ subject, injection, effect, runs, seed, hog: values['hog'] === true })),
  );
  const all = await runAll(asked, values['record'], host, io);
  io.data(io.json ? JSON.stringify(all) : seriesTable(all, { width: io.width }));
  return EXIT_CODES.ok;
};

async function runAll(
  asked: readonly SeriesAsked[],
  record: string | boolean | undefined,
  host: Awaited<ReturnType<typeof lookAtHost>>,
  io: Io,
): Promise<readonly SelftestRun[]> {
  const all: SelftestRun[] = [];
  const file = typeof record === 'string' ? record : undefined;
  if (file !== undefined) await writeFile(file, '', { flag: 'a' }).catch(refuse(file));
  const runId = `selftest-${process.pid}-${randomBytes(2).toString('hex')}`;
  await using run = await openRun({ runId, originNs: process.hrtime.bigint(), host, io });
  const live = { host, run, probes: await loadProbes() };
  for (const series of asked) {
    await runSeries(series, live, async (one_) => {
      all.push(one_);
      if (file !== undefined) await appendFile(file, `${JSON.stringify(one_)}\n`).catch(refuse(file));
      io.log.info(progressLine(one_, series.runs));
    });
  }
  return all;
}

function refuse(file: string): (error: unknown) => never {
  return (error) => {
    throw unwritable(file, error);
  };
}

function progressLine({ subject, injection, effect, hog, run, verdict, rounds, timeToVerdictNs }: SelftestRun, of: number): string {
  const what = injection === 'none' ? 'A/A' : `${injection} +${Math.round(effect * 100)} %`;
  return `  ${subject} ${what}${hog ? ' beside a hog' : ''} ${run}/${of}: ${verdict} after ${rounds} rounds, ${(timeToVerdictNs / 1e9).toFixed(1)} s`;
}

function injectionOf(kind: string | boolean | undefined, inject: unknown): Injection {
  if (kind === undefined) return inject === undefined ? 'none' : 'spin';
  const found = INJECTIONS.find((known) => known === kind);
  if (found !== undefined && (found === 'none') === (inject === undefined)) return found;
  const message = found === undefined ? `--kind takes ${INJECTIONS.slice(1).join(', ')}, not “${String(kind)}”` : '--kind needs --inject';
  throw new BenchError({ code: 'usage', message, remedy: 'write it like --kind sleep --inject 20%', exitCode: EXIT_CODES.usage });
}

/** `5%,20%` as shares. */
function effectsOf(text: unknown): readonly number[] {
  const parts = String(text).split(',');
  if (parts.every((part) => Percent.safeParse(part).success)) return parts.map(parseShare);
  const message = `--inject takes percentages, not “${String(text)}”`;
  throw new BenchError({ code: 'usage', message, remedy: 'write it like --inject 5%,20%', exitCode: EXIT_CODES.usage });
}
