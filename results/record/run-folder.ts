import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { Assumptions } from '../../core/model/energy.ts';
import { BenchError, EXIT_CODES, messageOf } from '../../core/model/error.ts';
import { GateRun } from '../../core/model/gate-run.ts';
import { Manifest } from '../../core/model/manifest.ts';
import { Plan } from '../../core/model/plan.ts';
import { unwritable } from './event-log.ts';

/**
 * Names inside results/runs/<run-id>/ (DESIGN §6). The first three are the record; the fourth is what was said about energy and carbon and may be changed
 * afterwards; the rest is derived from these.
 */
export const RUN_FILES = {
  manifest: 'manifest.json',
  plan: 'plan.json',
  events: 'events.jsonl',
  assumptions: 'assumptions.json',
  /** of a gate run: what was asked (part of the record), and the answer (derived) */
  gates: 'gates.json',
  gate: 'gate.json',
  samples: 'samples.csv',
  summary: 'summary.csv',
  differences: 'differences.csv',
  memoryFits: 'memory-fits.csv',
  density: 'density.csv',
  energy: 'energy.csv',
  impact: 'impact.csv',
  breakEven: 'break-even.csv',
  coefficients: 'coefficients.csv',
  verdicts: 'verdicts.json',
  report: 'report.json',
  dataPackage: 'datapackage.json',
} as const;

export type RunFile = keyof typeof RUN_FILES;

/** One run's folder on disk. */
export class RunFolder {
  readonly path: string;
  readonly runId: string;

  constructor(resultsRoot: string, runId: string) {
    this.runId = runId;
    this.path = join(resultsRoot, runId);
  }

  file(name: RunFile): string {
    return join(this.path, RUN_FILES[name]);
  }

  /** @throws BenchError `record-unwritable` */
  async create(): Promise<void> {
    try {
      await mkdir(this.path, { recursive: true });
      await writeFile(join(this.path, '.writable'), '');
      await rename(join(this.path, '.writable'), this.file('events'));
    } catch (error) {
      throw unwritable(this.path, error);
    }
  }

  /** Written to a temporary name and renamed: a reader never sees half a file. */
  async write(name: RunFile, text: string): Promise<void> {
    const temporary = `${this.file(name)}.part`;
    try {
      await writeFile(temporary, text);
      await rename(temporary, this.file(name));
    } catch (error) {
      throw unwritable(this.file(name), error);
    }
  }

  async writeManifest(manifest: Manifest): Promise<void> {
    await this.write('manifest', `${JSON.stringify(Manifest.parse(manifest), undefined, 2)}\n`);
  }

  async readManifest(): Promise<Manifest> {
    return this.#readJson('manifest', Manifest);
  }

  async writeAssumptions(assumptions: Assumptions): Promise<void> {
    await this.write('assumptions', `${JSON.stringify(Assumptions.parse(assumptions), undefined, 2)}\n`);
  }

  /** Runs of earlier versions have none. */
  async readAssumptions(): Promise<Assumptions> {
    return (await this.#has('assumptions')) ? this.#readJson('assumptions', Assumptions) : {};
  }

  async #has(name: RunFile): Promise<boolean> {
    return stat(this.file(name)).then(
      () => true,
      () => false,
    );
  }

  /** undefined: not a gate run. @throws BenchError `record-unreadable` */
  async readGates(): Promise<GateRun | undefined> {
    return (await this.#has('gates')) ? this.#readJson('gates', GateRun) : undefined;
  }

  async readPlan(): Promise<Plan> {
    return this.#readJson('plan', Plan);
  }

  async readEventsText(): Promise<string> {
    return this.#read('events');
  }

  async sha256(name: RunFile): Promise<string> {
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(this.file(name))) hash.update(chunk as Buffer);
    return hash.digest('hex');
  }

  async #readJson<T>(name: RunFile, schema: z.ZodType<T>): Promise<T> {
    const text = await this.#read(name);
    try {
      return schema.parse(JSON.parse(text));
    } catch (error) {
      const cause = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
      throw new BenchError({
        code: 'record-unreadable',
        message: `${this.file(name)} is not a valid ${name}: ${cause}`,
        remedy: 'the file was changed or damaged after the run; take it from a backup or run again',
        exitCode: EXIT_CODES.usage,
      });
    }
  }

  async #read(name: RunFile): Promise<string> {
    try {
      return await readFile(this.file(name), 'utf8');
    } catch (error) {
      throw new BenchError({
        code: 'run-not-found',
        message: `run ${this.runId}: ${messageOf(error)}`,
        remedy: '“thirdwave list runs” shows the runs there are',
        exitCode: EXIT_CODES.usage,
      });
    }
  }
}

/** Run ids below a results root, newest first. An absent root has none. */
export async function listRuns(resultsRoot: string): Promise<string[]> {
  const entries = await readdir(resultsRoot).catch(() => []);
  const runs = [];
  for (const entry of entries) {
    const known = await stat(join(resultsRoot, entry, RUN_FILES.manifest)).catch(() => undefined);
    if (known) runs.push(entry);
  }
  return runs.toSorted().toReversed();
}
