import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { goldenReport } from '../testing/golden-run.ts';
import { smallGate } from '../testing/small-gate.ts';
import { hyperfineExport } from './hyperfine-export.ts';
import { parseHyperfine } from './hyperfine.ts';

/** BenchmarkResult of hyperfine 1.20, its types field by field: f64, Option<f64>, Vec<Option<i32>>, BTreeMap<String, String>. A f64 without value is null. */
const Published = z.strictObject({
  command: z.string(),
  mean: z.number(),
  stddev: z.number().nullable(),
  median: z.number(),
  user: z.number().nullable(),
  system: z.number().nullable(),
  min: z.number(),
  max: z.number(),
  times: z.array(z.number()).optional(),
  memory_usage_byte: z.array(z.int()).optional(),
  exit_codes: z.array(z.int().nullable()),
  parameters: z.record(z.string(), z.string()).optional(),
});

describe('a run in the form of hyperfine', () => {
  it('has the fields that hyperfine writes and no other, for every cell with a cold start', () => {
    const model = goldenReport();
    const { results } = hyperfineExport(model);
    expect(results.length).toBeGreaterThan(0);
    for (const result of results) expect(Published.parse(result)).toEqual(result);
    const measured = model.summaries.filter(({ metric, role, counts }) => metric === 'cold_start' && role === 'instance' && counts.ok > 0);
    expect(results.map(({ command }) => command).toSorted()).toEqual(measured.map(({ cell }) => cell).toSorted());
    expect(parseHyperfine(JSON.stringify({ results }), 'x')).toEqual(results);
  });

  it('has the trials in their order and the moments that follow from them', () => {
    const { results } = hyperfineExport(smallGate({ cold: (round, pass) => round + pass, rounds: 2 }).model);
    expect(results[0]).toMatchObject({ command: 'g:process/native/app.head', times: [1, 2, 2, 3], mean: 2, median: 2, min: 1, max: 3 });
    expect(results[0]!.stddev).toBeCloseTo(Math.sqrt(2 / 3), 12);
    expect(results[0]).toMatchObject({
      user: null,
      system: null,
      exit_codes: [0, 0, 0, 0],
      parameters: { metric: 'cold_start', runner: 'process' },
    });
  });

  it('has no standard deviation of one value, leaves failed trials out and says so', () => {
    const { results, notes } = hyperfineExport(smallGate({ cold: (round) => (round === 1 ? undefined : 1), rounds: 2, perRound: 1 }).model);
    expect(results[0]).toMatchObject({ times: [1], stddev: null });
    expect(notes.join('\n')).toContain('g:process/native/app.head: 1 of 2 trials (exit-code) failed and are left out');
  });
});
