import { usageError } from '../../core/model/error.ts';
import { suggestion } from '../../core/plan/did-you-mean.ts';

/**
 * `--base` or `--head` by program: `<artifact>` where there is one program, else `<program>=<artifact>`, once for each.
 * @throws BenchError `usage`, exit 2
 */
export function armsByProgram(option: 'base' | 'head', given: readonly string[], programs: readonly string[]): ReadonlyMap<string, string> {
  const arms = new Map<string, string>();
  for (const text of given) {
    const [program, artifact] = split(option, text, programs);
    if (artifact === '') throw usageError(`--${option} ${text} names no artifact`, `write --${option} <file, image or git:ref>`);
    if (arms.has(program)) throw usageError(`--${option} is given twice for program ${program}`, 'give it once for each program');
    arms.set(program, artifact);
  }
  return arms;
}

function split(option: string, text: string, programs: readonly string[]): readonly [program: string, artifact: string] {
  const [, name, artifact] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
  if (name !== undefined && artifact !== undefined && programs.includes(name)) return [name, artifact];
  const [only, ...others] = programs;
  if (only !== undefined && others.length === 0) return [only, text];
  const remedy = `write --${option} <program>=<artifact>, once for each program`;
  if (name === undefined) throw usageError(`--${option} ${text} does not say which of the programs ${programs.join(', ')} it is`, remedy);
  throw usageError(`--${option} ${text}: unknown program “${name}”: ${suggestion(name, programs)}`, remedy);
}
