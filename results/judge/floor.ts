import type { Verdict } from '../../core/model/verdict.ts';
import type { JudgeInput } from './judge-input.ts';
import { secondsText, shortName } from './words.ts';

/** Below ten times the floor, launch and harness are more than a tenth of the figure (method §4.5). The floor is never subtracted. */
const CLEAR_OF_FLOOR = 10;

/**
 * Which cold starts stand clear of the floor, the launch of a do-nothing process (`run_time`, since it prints nothing). Cells on
 * rung `instantiate` launch no process: the floor says nothing about them.
 */
export function judgeFloor(input: JudgeInput): Verdict[] {
  const floor = input.cells.find((cell) => cell.role === 'floor');
  if (!floor) return [];
  const head = {
    id: 'floor',
    scenario: input.scenario,
    kind: 'check',
    claim: `every cold start is at least ${CLEAR_OF_FLOOR} times the launch of a process that does nothing`,
  } as const;
  const floorSeconds = input.summary(floor.id, 'run_time')?.median;
  if (floorSeconds === undefined) return [{ ...head, status: 'incomplete', because: 'the floor itself has no value' }];
  const measured = input.cells
    .filter((cell) => cell.role !== 'floor' && cell.role !== 'twin' && cell.rung !== 'instantiate')
    .flatMap((cell) => {
      const seconds = input.summary(cell.id, 'cold_start')?.median;
      return seconds === undefined ? [] : [{ name: shortName(cell.id), times: seconds / floorSeconds }];
    });
  if (measured.length === 0) return [{ ...head, status: 'incomplete', because: 'no cold start has a value' }];
  const near = measured.filter(({ times }) => times < CLEAR_OF_FLOOR);
  const said = `the floor is ${secondsText(floorSeconds)}`;
  if (near.length === 0) return [{ ...head, status: 'pass', because: `${said}; all ${measured.length} cells stand clear of it` }];
  const names = near.map(({ name, times }) => `${name} (${times.toFixed(1)}×)`).join(', ');
  return [{ ...head, status: 'inconclusive', because: `${said}; launching is much of these figures: ${names}` }];
}
