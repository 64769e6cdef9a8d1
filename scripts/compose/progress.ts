import type { Progress } from '../../core/execute/ports.ts';
import type { Plan } from '../../core/model/plan.ts';
import type { Io } from './io.ts';

/**
 * Progress on stderr: a bar redrawn between trials only (an animation would wake the CPU under measurement), one line per round
 * where stderr is no terminal.
 */
export function terminalProgress(plan: Plan, io: Io): Progress {
  let failures = 0;
  let done = 0;
  let perRound = 0;
  let round = 0;
  let scenario = '';
  let startMs = 0;
  const bar = (text: string): void => {
    if (io.interactive) process.stderr.write(`\r\u001B[2K${text}`);
  };
  return {
    preparing: (cell, index, of) => bar(`preparing ${index + 1}/${of}  ${cell.id}`),
    roundStarts: (rules, number) => {
      if (rules.scenario !== scenario) {
        bar('');
        scenario = rules.scenario;
        startMs = performance.now();
        failures = 0;
        perRound = plan.trials.filter((trial) => trial.scenario === scenario && trial.round === 1).length;
        io.log.info(`${scenario}: ${perRound} cells, ${roundsText(rules.minRounds, rules.maxRounds)}`);
      }
      round = number;
      done = 0;
    },
    trialEnds: (cell, failure) => {
      done += 1;
      if (failure !== undefined) {
        failures += 1;
        bar('');
        io.log.info(`  failed: ${cell.id} round ${round}: ${failure}`);
      }
      const rules = plan.scenarios.find((candidate) => candidate.scenario === scenario);
      const share = (round - 1 + done / Math.max(perRound, 1)) / (rules?.maxRounds ?? 1);
      const elapsedS = (performance.now() - startMs) / 1000;
      const left = Math.min(elapsedS / share - elapsedS, (rules?.timeBudgetNs ?? Number.POSITIVE_INFINITY) / 1e9 - elapsedS);
      const filled = Math.round(share * 24);
      bar(
        `  ${'█'.repeat(filled)}${'░'.repeat(24 - filled)} round ${round}/${rules?.maxRounds ?? '?'}  at most ${clock(Math.max(left, 0))} left`,
      );
    },
    roundEnds: (rules, number, elapsedNs) => {
      if (io.interactive) {
        if (number === rules.maxRounds) bar('');
        return;
      }
      const failed = failures === 0 ? '' : `, ${failures} failed trials`;
      io.log.info(`  round ${number}/${rules.maxRounds} done after ${clock(elapsedNs / 1e9)}${failed}`);
    },
  };
}

function roundsText(min: number, max: number): string {
  return min === max ? `${max} rounds` : `${min} to ${max} rounds`;
}

function clock(seconds: number): string {
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}
