import { Scenario } from '../model/scenario.ts';
import { parseYaml } from './yaml-document.ts';

/**
 * A scenario from YAML text. Every problem is reported at once, each as `file:line:column`.
 * @throws BenchError `scenario-invalid`, exit 2
 */
export function parseScenario(text: string, fileName: string): Scenario {
  return parseYaml(text, fileName, Scenario, {
    code: 'scenario-invalid',
    remedy: 'correct the lines named above; results/schema/scenario.schema.json describes every key',
  }).value;
}
