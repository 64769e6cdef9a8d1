import { GateConfig } from '../model/gate-config.ts';
import { type Located, parseYaml } from './yaml-document.ts';

/**
 * The gates of a YAML text. Every problem is reported at once, each as `file:line:column: path: message`.
 * @throws BenchError `gates-invalid`, exit 2
 */
export function parseGates(text: string, fileName: string): GateConfig {
  return locateGates(text, fileName).value;
}

/** The same, with the places of what it says, for what can only be found wrong when it is known what will be measured. */
export function locateGates(text: string, fileName: string): Located<GateConfig> {
  return parseYaml(text, fileName, GateConfig, {
    code: 'gates-invalid',
    remedy: 'correct the lines named above; results/schema/gates.schema.json describes every key',
  });
}
