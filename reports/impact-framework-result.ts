import { parse } from 'yaml';
import { z } from 'zod';
import { messageOf } from '../core/model/error.ts';

const Computed = z.looseObject({
  execution: z.looseObject({ status: z.string(), error: z.string().optional() }),
  tree: z.looseObject({
    children: z.record(z.string(), z.looseObject({ outputs: z.array(z.looseObject({ sci: z.number().optional() })).optional() })),
  }),
  initialize: z.looseObject({
    plugins: z.record(z.string(), z.looseObject({ method: z.string(), config: z.record(z.string(), z.unknown()).optional() })),
  }),
});

/** What `if-run` computed, child by child, gCO2e per functional unit; or why its output counts for nothing. */
export type IfRunResult = { readonly scores: ReadonlyMap<string, number> } | { readonly problem: string };

/**
 * Judges the output of `if-run`, which ends with 0 whatever happened: no file, `status: fail`, a child without a score, and a score that is the carbon
 * itself because R was 0 are all failures.
 */
export function readIfRun(text: string | undefined): IfRunResult {
  if (text === undefined) return { problem: 'if-run wrote no output file' };
  const read = Computed.safeParse(parsed(text));
  if (!read.success) return { problem: `the output of if-run is no computed manifest: ${z.prettifyError(read.error)}` };
  const { execution, tree, initialize } = read.data;
  if (execution.status !== 'success') return { problem: `if-run failed: ${execution.error ?? 'it gives no reason'}` };
  const parameters = Object.values(initialize.plugins)
    .filter(({ method }) => method === 'Sci')
    .map(({ config }) => String(config?.['functional-unit']));
  const scores = new Map<string, number>();
  for (const [name, { outputs = [] }] of Object.entries(tree.children)) {
    const [output] = outputs;
    if (!output || output.sci === undefined || outputs.length > 1) return { problem: `${name} has no single score` };
    if (parameters.some((parameter) => output[parameter] === 0)) return { problem: `${name}: R is 0, so its score is the carbon itself` };
    scores.set(name, output.sci);
  }
  return scores.size === 0 ? { problem: 'the output of if-run has no child' } : { scores };
}

function parsed(text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    return messageOf(error);
  }
}
