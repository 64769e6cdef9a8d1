import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { goldenPlan, goldenReport, goldenEvents } from '../testing/golden-run.ts';
import { schemas } from './schemas.ts';

const committed = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');

/** `format` is an annotation here: the record's own reader (zod) checks it. */
function accepts(name: string, document: unknown): boolean {
  const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(JSON.parse(committed(name)) as object);
  return validate(document);
}

describe('published JSON Schemas', () => {
  it.each([...schemas()])('%s is what the types say (after a change: npm run test:pure -- -u)', async (name, text) => {
    await expect(text).toMatchFileSnapshot(fileURLToPath(new URL(name, import.meta.url)));
  });

  it('accept the golden run', () => {
    const report: unknown = JSON.parse(JSON.stringify(goldenReport()));
    expect(accepts('report.schema.json', report)).toBe(true);
    expect(accepts('plan.schema.json', goldenPlan())).toBe(true);
    expect(goldenEvents().events.every((event) => event.seq > 40 || accepts('event.schema.json', event))).toBe(true);
  });

  it('accept a scenario as a user writes it, and refuse an unknown key and a bare number as a duration', () => {
    const scenario = { id: 's', question: 'q', workloads: ['noop'], cells: [{ runner: 'process' }], rounds: { min: 1, max: 2 } };
    expect(accepts('scenario.schema.json', scenario)).toBe(true);
    expect(accepts('scenario.schema.json', { ...scenario, colour: 'red' })).toBe(false);
    expect(accepts('scenario.schema.json', { ...scenario, timeouts: { ready: 10 } })).toBe(false);
  });

  it('accept gates as a user writes them, and refuse an unknown key and a bare number as an amount', () => {
    const gate = { id: 'cold', select: { metric: 'cold_start' }, maxRegression: '10%', minEffect: '5ms' };
    const gates = { version: 1, programs: [{ id: 'app', builtin: 'noop' }], cells: [{ runner: 'process' }], gates: [gate] };
    expect(accepts('gates.schema.json', gates)).toBe(true);
    expect(accepts('gates.schema.json', { ...gates, alhpa: '1%' })).toBe(false);
    expect(accepts('gates.schema.json', { ...gates, gates: [{ ...gate, minEffect: 5 }] })).toBe(false);
  });
});
