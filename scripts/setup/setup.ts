import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { isFound, type Log } from '../../core/model/context.ts';
import { BenchError, EXIT_CODES, messageOf } from '../../core/model/error.ts';
import { suggestion } from '../../core/plan/did-you-mean.ts';
import { cacheRoot } from './cache-root.ts';
import { debianBaseStep } from './debian-base.ts';
import { engineStep } from './engine.ts';
import { lock } from './lock.ts';
import { nativeStep } from './native.ts';
import { SetupProgress } from './progress.ts';
import { removeUnfinished } from './publish.ts';
import { qemuStep } from './qemu.ts';
import { inOrder, runSteps, type StepReport } from './scheduler.ts';
import { shimLibrariesStep } from './shim-libraries.ts';
import { shimStep } from './shim.ts';
import type { Purpose, Step } from './step.ts';
import { testToolSteps } from './test-tools.ts';
import { vmInitStep } from './vm-init.ts';
import { cloudKernelStep } from './vm-kernel-cloud.ts';
import { smallKernelStep } from './vm-kernel-small.ts';
import { guestToolchainStep, workloadsStep } from './workloads.ts';
import { youkiStep } from './youki.ts';

/** Every step there is; a purpose takes its own. The longest first: its compilation overlaps with everything else. */
export const STEPS: readonly Step[] = [
  nativeStep,
  shimLibrariesStep,
  shimStep,
  youkiStep,
  guestToolchainStep,
  workloadsStep,
  engineStep,
  debianBaseStep,
  qemuStep,
  cloudKernelStep,
  vmInitStep,
  smallKernelStep,
  ...testToolSteps,
];

export interface SetupOptions {
  readonly purpose: Purpose;
  /** ids of steps: exactly these and what they need */
  readonly only?: readonly string[];
  /** install Debian packages without asking */
  readonly yes: boolean;
  /** somebody can be asked */
  readonly interactive: boolean;
  readonly signal: AbortSignal;
  readonly log: Log;
}

export interface SetupReport {
  readonly cacheDir: string;
  readonly steps: readonly StepReport[];
}

/**
 * Brings this machine to what the purpose needs, inside the cache folder. Nothing to do is quick and silent; what fails or is refused is reported with
 * reason and remedy and takes only its dependents with it. @throws BenchError `step-unknown` (exit 2), `cache-unwritable` (exit 3); the signal's reason
 */
export async function runSetup(options: SetupOptions): Promise<SetupReport> {
  const { log, signal } = options;
  const cacheDir = cacheRoot();
  const steps = wantedSteps(options);
  const missing = (await Promise.all(steps.map(async (step) => (isFound(await step.check({ cacheDir })) ? [] : [step])))).flat();
  if (missing.length === 0) return { cacheDir, steps: steps.map(({ id, title }) => ({ id, title, status: 'ready', seconds: 0 })) };
  await mustBeWritable(cacheDir);
  await using _alone = await lock(join(cacheDir, 'setup.lock'), signal, () =>
    log.info('waiting for another preparation of this cache folder …'),
  );
  for (const folder of await readdir(cacheDir)) await removeUnfinished(join(cacheDir, folder));
  log.info(
    `Preparing in ${cacheDir} (nothing else on this machine changes${missing.some((step) => step.aptPackages) ? ', except as asked below' : ''}):`,
  );
  for (const step of missing) log.info(`  ${step.title.padEnd(22)} ${step.why}`);
  const refused = await askForPackages(missing, options);
  const progress = new SetupProgress(log, options.interactive);
  const reports = await runSteps(
    inOrder(steps.filter((step) => !refused.has(step.id))),
    { cacheDir },
    {
      signal,
      clock: () => performance.now() / 1000,
      make: async (step) => {
        const logPath = join(cacheDir, 'logs', `${step.id}.log`);
        await step.make({ cacheDir, signal, logPath, progress: (line) => progress.line(step, line) });
      },
      onStart: (step) => progress.start(step),
      onEnd: (report) => progress.end(report),
    },
  );
  progress.close();
  return { cacheDir, steps: [...reports, ...refused.values()] };
}

function wantedSteps({ purpose, only }: SetupOptions): readonly Step[] {
  if (!only) return STEPS.filter((step) => step.purposes.includes(purpose));
  const wanted = new Set<Step>();
  const take = (id: string): void => {
    const step = STEPS.find((candidate) => candidate.id === id);
    if (!step) {
      const message = `no step “${id}”: ${suggestion(
        id,
        STEPS.map((candidate) => candidate.id),
      )}`;
      throw new BenchError({ code: 'step-unknown', message, remedy: '“thirdwave setup --help” says more', exitCode: EXIT_CODES.usage });
    }
    wanted.add(step);
    step.needs.forEach(take);
  };
  only.forEach(take);
  return STEPS.filter((step) => wanted.has(step));
}

/** Steps whose Debian packages nobody allowed, with the exact command instead. */
async function askForPackages(missing: readonly Step[], { yes, interactive, log }: SetupOptions): Promise<ReadonlyMap<string, StepReport>> {
  const refused = new Map<string, StepReport>();
  for (const step of missing) {
    if (!step.aptPackages) continue;
    const command = `apt-get install ${step.aptPackages.join(' ')}`;
    const root = process.getuid?.() === 0;
    const allowed = root && (yes || (interactive && (await confirm(`${step.title} needs “${command}”. Install? [y/N] `))));
    if (allowed) {
      log.info(`  ${step.title}: ${command} (${yes ? 'allowed by --yes or CI' : 'allowed'})`);
      continue;
    }
    const reason = root ? 'installing Debian packages was not allowed' : 'not root: Debian packages cannot be installed';
    const { id, title } = step;
    refused.set(id, { id, title, status: 'skipped', reason, remedy: root ? command : `sudo ${command}`, seconds: 0 });
    log.warn(`${title}: ${reason} → ${root ? command : `sudo ${command}`}`);
  }
  return refused;
}

async function confirm(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(question)).trim());
  } finally {
    terminal.close();
  }
}

async function mustBeWritable(cacheDir: string): Promise<void> {
  try {
    await mkdir(join(cacheDir, 'logs'), { recursive: true });
    await writeFile(join(cacheDir, 'logs', '.writable'), '');
  } catch (error) {
    throw new BenchError({
      code: 'cache-unwritable',
      message: `cannot write the cache folder: ${messageOf(error)}`,
      remedy: 'set XDG_CACHE_HOME to a folder that is writable and has 5 GB free',
      exitCode: EXIT_CODES.hostUnfit,
      cause: error,
    });
  }
}
