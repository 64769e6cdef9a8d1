import type { Plan } from '../../core/model/plan.ts';
import type { Sample } from '../../core/model/sample.ts';
import { pairsOf, seriesOf } from '../derive/round-values.ts';
import { studentQuantile } from '../stats/student.ts';

const LEVEL = 0.95;

/** Blank cells of a cell’s scenario: the loop over a timer in place of a launch. They give the scatter of a window, not what the harness costs per unit. */
function blanksOf(plan: Plan, cell: string): readonly string[] {
  const scenario = plan.cells.find(({ id }) => id === cell)?.scenario;
  return plan.cells.filter((one) => one.role === 'blank' && one.scenario === scenario).map(({ id }) => id);
}

/** Net power of the harness that launches nothing, W, one value per round and blank cell of the cell’s scenario: net J ÷ s of one blank unit. */
export function blankNetW(plan: Plan, samples: readonly Sample[], cell: string): number[] {
  const blanks = blanksOf(plan, cell);
  const series = seriesOf(samples.filter((sample) => blanks.includes(sample.cell)));
  return blanks.flatMap((blank) => {
    const [net, time] = (['energy_net', 'time_per_unit'] as const).map((metric) =>
      series.find((one) => one.cell === blank && one.metric === metric && one.role === 'host'),
    );
    return net && time ? pairsOf(net, time).map(({ value, reference }) => value / reference) : [];
  });
}

/**
 * Smallest net energy of one unit that one window can tell from a blank one, J (energy §7.5): LOD = t · s_blank · √(1 + 1/n) · T, with s_blank the standard
 * deviation of the blanks’ net power, t of Student at 95 % (two-sided) and n − 1 degrees of freedom, and T the time of one unit (the window’s ÷ its units).
 * Undefined below two blanks, or without a time.
 */
export function detectionLimitJ({
  blankNetW: watts,
  secondsPerUnit,
}: {
  readonly blankNetW: readonly number[];
  readonly secondsPerUnit: number | undefined;
}): number | undefined {
  const n = watts.length;
  if (n < 2 || secondsPerUnit === undefined) return undefined;
  const mean = watts.reduce((sum, value) => sum + value, 0) / n;
  const deviation = Math.sqrt(watts.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1));
  return studentQuantile(LEVEL, n - 1) * deviation * Math.sqrt(1 + 1 / n) * secondsPerUnit;
}
