import type { Verdict } from '../../core/model/verdict.ts';
import type { JudgeInput } from './judge-input.ts';

const STATUS = { none: 'pass', leak: 'fail', unresolved: 'inconclusive', unknown: 'incomplete' } as const;

/** Whether the memory of a runner's fleets is given back after each trial; where it is not, none of its fits counts. */
export function judgeLeaks(input: JudgeInput): Verdict[] {
  return input.memory.leaks
    .filter(({ scenario }) => scenario === input.scenario)
    .map(({ runner, role, finding, because }) => ({
      id: `leak.${runner}.${role}`,
      scenario: input.scenario,
      kind: 'check',
      status: STATUS[finding],
      claim: `${runner} leaves no memory behind from trial to trial (role ${role})`,
      because: finding === 'leak' ? `${because}: its memory fits in this scenario are invalid` : because,
    }));
}
