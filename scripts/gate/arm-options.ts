import { BenchError, EXIT_CODES } from '../../core/model/error.ts';
import { suggestion } from '../../core/plan/did-you-mean.ts';

/**
 * `--base` or `--head` by program: `<artifact>` where there is one program, else `<program>=<artifact>`, once for each.
 * @throws BenchError `usage`, exit 2
 */
export function armsByProgram(option: 'base' | 'head', given: readonly string[], programs: readonly string[]): ReadonlyMap<string, string> {
  const arms = new Map<string, string>();
  for (const text of given) {
    const [program, artifact] = split(option, text, programs);
    if (artifact === '') throw usage(`--${option} ${text} names no artifact`, `write --${option} <file, image or git:ref>`);
    if (arms.has(program)) throw usage(`--${option} is given twice for program ${program}`, 'give it once for each program');
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
  if (name === undefined) throw usage(`--${option} ${text} does not say which of the programs ${programs.join(', ')} it is`, remedy);
  throw usage(`--${option} ${text}: unknown program “${name}”: ${suggestion(name, programs)}`, remedy);
}

function usage(message: string, remedy: string): BenchError {
  return new BenchError({ code: 'usage', message, remedy, exitCode: EXIT_CODES.usage });
}
